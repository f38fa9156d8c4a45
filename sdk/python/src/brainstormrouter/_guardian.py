"""What the client 0.1.0 exported for chat calls. It keeps working for those who use chat through the `openai` extra."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass
class GuardianInfo:
    """What the gateway says about a chat call, in headers and behind `[DONE]`. Money in US dollars."""

    status: str | None = None
    estimated_cost: float | None = None
    estimated_cost_cents: int | None = None
    cache_hit: str | None = None
    savings: float | None = None
    cost_warning: str | None = None
    efficiency: float | None = None
    actual_cost: float | None = None
    overhead_ms: float | None = None


class ToolBlockedError(Exception):
    """Raised by callers when the gateway blocked a tool call in the middle of a stream."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Tool blocked: {reason}")
        self.reason = reason


def parse_guardian_headers(headers: Mapping[str, str]) -> GuardianInfo:
    """Reads the `X-BR-…` headers of an answer. What is absent or no number is None."""

    def number(name: str) -> float | None:
        try:
            return float(headers.get(name, "").replace("$", ""))
        except ValueError:
            return None

    cents = headers.get("x-br-estimated-cost-cents", "")
    return GuardianInfo(
        status=headers.get("x-br-guardian-status"),
        estimated_cost=number("x-br-estimated-cost"),
        estimated_cost_cents=int(cents) if cents.lstrip("-").isdigit() else None,
        cache_hit=headers.get("x-br-cache-hit"),
        savings=number("x-br-savings"),
        cost_warning=headers.get("x-br-cost-warning"),
        efficiency=number("x-br-efficiency"),
        actual_cost=number("x-br-actual-cost"),
        overhead_ms=number("x-br-guardian-overhead-ms"),
    )


def parse_guardian_stream_done(data: str) -> GuardianInfo | None:
    """Reads the last line of a chat stream, `[DONE] {"guardian": {…}}`. None where it says nothing."""
    if not data.startswith("[DONE]"):
        return None
    said = data[len("[DONE]") :].strip()
    if said == "":
        return None
    try:
        parsed = json.loads(said)
    except json.JSONDecodeError:
        return None
    guardian = parsed.get("guardian", {}) if isinstance(parsed, dict) else None
    if not isinstance(guardian, dict):
        return None
    return GuardianInfo(
        efficiency=guardian.get("efficiency"),
        actual_cost=guardian.get("actualCost"),
        estimated_cost=guardian.get("estimatedCost"),
        cache_hit=guardian.get("cacheHit"),
        savings=guardian.get("savings"),
    )


def is_tool_blocked(chunk: Any) -> str | None:
    """Returns the reason where a chunk of a chat stream says that a tool call was blocked, else None."""
    choices = getattr(chunk, "choices", None) or []
    if not choices:
        return None
    content = getattr(getattr(choices[0], "delta", None), "content", None)
    if getattr(choices[0], "finish_reason", None) != "content_filter" or not isinstance(content, str):
        return None
    return content[len("[TOOL BLOCKED] ") :] if content.startswith("[TOOL BLOCKED]") else None
