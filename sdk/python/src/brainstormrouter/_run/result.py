"""The result of a run, and how it comes of the events."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._events.event import ENDED, IDLE, MESSAGE, Event

if TYPE_CHECKING:
    from ..types import AgentMessageData

MAX_MESSAGE_CHARACTERS = 8 * 1024 * 1024
GOOD_REASONS = frozenset({"completed", "idle"})


@dataclass(frozen=True)
class Usage:
    """Tokens that models reported, over all messages of a result."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0


@dataclass(frozen=True)
class RunResult:
    """What a run came to.

    Attributes:
        session_id: The session: for `agent_runs.attach`, and for the methods of `sessions`.
        reason: How it ended: `completed`, `max_turns`, `budget_exhausted`, `interrupted`, `idle_timeout`, `error` or
            `terminated`. `idle`: it did not, it waits for the next message of a conversation (`send`).
        text: The last message of the agent. Empty where there is none.
        messages: The messages of the agent since the run began or since the last `send`, in order. Beyond 8 Mi
            characters the oldest are left out.
        total_turns: How many turns the session has had.
        total_cost_usd: What the session has cost, in US dollars. While a conversation waits: the sum of the messages that
            were seen.
        duration_ms: How long the session took, in milliseconds. While a conversation waits: how long this answer took.
        usage: Tokens of all messages since the run began or since the last `send`.
        savings_usd: What the choice of models saved against the baseline since the run began or since the last `send`, in
            US dollars. It may be negative.
        error: With reason `error` or `terminated`: `code` and `message`.
        budget: With reason `budget_exhausted`: which account was short of money, and of how much.
        stopped_by: Why the last answer stopped early, where it did: `length`, `content-filter`, `refusal` or `empty`.
        undelivered: How many messages were accepted that the agent did not read.
    """

    session_id: str
    reason: str
    text: str
    messages: list[AgentMessageData]
    total_turns: int
    total_cost_usd: float
    duration_ms: int
    usage: Usage
    savings_usd: float
    error: dict[str, Any] | None = None
    budget: dict[str, Any] | None = None
    stopped_by: str | None = None
    undelivered: int = 0

    @property
    def ok(self) -> bool:
        """False where the run ended otherwise than asked. `throw_on_failure` raises then."""
        return self.reason in GOOD_REASONS


@dataclass
class ResultBuilder:
    """Collects the result of a run, or of one answer of a conversation, while its events go by."""

    session_id: str | None = None
    result: RunResult | None = None
    messages: list[Any] = field(default_factory=list)
    _text: str = ""
    _characters: int = 0
    _turns: int = 0
    _cost_usd: float = 0.0
    _savings_usd: float = 0.0
    _usage: Usage = field(default_factory=Usage)
    _began_at: float = field(default_factory=time.monotonic)

    def copy(self) -> ResultBuilder:
        """Returns a builder that goes on by itself."""
        other = ResultBuilder()
        other.__dict__.update(self.__dict__)
        other.messages = list(self.messages)
        return other

    def next_answer(self) -> ResultBuilder:
        """Returns a builder for the next answer of a conversation. What counts for the session goes on."""
        other = self.copy()
        other._begin_answer()
        return other

    def _begin_answer(self) -> None:
        self.result, self.messages, self._text, self._characters = None, [], "", 0
        self._usage, self._savings_usd, self._began_at = Usage(), 0.0, time.monotonic()

    def take(self, event: Event) -> None:
        """Takes the next event. `result` is set behind the one that ends the run, or makes it wait for a message."""
        data = event.data if isinstance(event.data, dict) else {}
        if self.result is not None and event.type not in {IDLE, ENDED}:
            self._begin_answer()
        if event.type == MESSAGE:
            self._take_message(data)
        elif event.type == "session.status_running":
            self.session_id = self.session_id or data.get("sessionId")
        elif event.type == "br.routing_savings":
            self._savings_usd += _number(data.get("savingsUsd"))
        elif event.type in {"br.model_selected", "agent.tool_use"}:
            self._turns = max(self._turns, int(_number(data.get("turnIndex"))) + 1)
        elif event.type == ENDED:
            self.result = self._ended(data)
        elif event.type == IDLE and data.get("cause") == "awaiting_input":
            elapsed_ms = round((time.monotonic() - self._began_at) * 1000)
            self.result = self._made("idle", self._turns, self._cost_usd, elapsed_ms)

    def _take_message(self, data: dict[str, Any]) -> None:
        text = data.get("text")
        self._text = text if isinstance(text, str) else ""
        self.messages.append(data)
        self._characters += len(self._text)
        while self._characters > MAX_MESSAGE_CHARACTERS and len(self.messages) > 1:
            self._characters -= len(self.messages.pop(0).get("text", ""))
        usage = data.get("usage") or {}
        self._usage = Usage(
            self._usage.input_tokens + int(_number(usage.get("inputTokens"))),
            self._usage.output_tokens + int(_number(usage.get("outputTokens"))),
            self._usage.cache_read_tokens + int(_number(usage.get("cacheReadTokens"))),
        )
        self._cost_usd += _number(data.get("costUsd"))
        self._turns = max(self._turns, int(_number(data.get("turnIndex"))) + 1)

    def _ended(self, data: dict[str, Any]) -> RunResult:
        return self._made(
            str(data.get("reason")),
            int(_number(data.get("totalTurns"))),
            _number(data.get("totalCostUsd")),
            int(_number(data.get("durationMs"))),
            data,
        )

    def ended_as(self, session: dict[str, Any]) -> RunResult:
        """Makes the result of a session whose end was delivered before the reader came."""
        return self._made(
            str(session.get("end_reason")), int(session.get("turns", 0)), _number(session.get("cost_usd")), 0, session
        )

    def _made(
        self, reason: str, turns: int, cost_usd: float, duration_ms: int, about: dict[str, Any] | None = None
    ) -> RunResult:
        said = about or {}
        return RunResult(
            session_id=self.session_id or "",
            reason=reason,
            text=self._text,
            messages=list(self.messages),
            total_turns=turns,
            total_cost_usd=cost_usd,
            duration_ms=duration_ms,
            usage=self._usage,
            savings_usd=self._savings_usd,
            error=said.get("error"),
            budget=said.get("budget"),
            stopped_by=said.get("stoppedBy"),
            undelivered=int(_number(said.get("undelivered"))),
        )


def _number(value: object) -> float:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else 0
