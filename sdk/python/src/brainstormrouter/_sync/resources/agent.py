"""Agents at their beginning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from ..._http.request import RequestOptions, without_none
from ..resource import Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import AgentBootstrap


class Agent(Resource):
    """Agents at their beginning."""

    def bootstrap(
        self,
        agent_id: str,
        *,
        display_name: str | None = None,
        budget_daily_usd: float | None = None,
        department: str | None = None,
        context_tokens: int | None = None,
        max_output_tokens: int | None = None,
        on_budget: Literal["stop", "ask", "downgrade"] | None = None,
        approval_timeout_s: float | None = None,
        metadata: Mapping[str, Any] | None = None,
        **options: Unpack[RequestOptions],
    ) -> AgentBootstrap:
        """Create an agent; repeating it with the same values changes nothing.

        Args:
            agent_id: 3 to 64 characters of a-z, 0-9 and -.
            budget_daily_usd: The most that the agent may spend on a day (UTC). Absent: no cap.
            context_tokens: The most tokens of a prompt, for runs that do not say.
            max_output_tokens: The most tokens of an answer, for runs that do not say.
            on_budget: What follows at the end of the money, for runs that do not say. Absent: `stop`.
            approval_timeout_s: How long a call waits for an approval, for runs that do not say. Absent: their
                `idle_timeout_s`.

        Raises:
            ConflictError: 409: `agent_exists`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: AgentBootstrap = self._client.request(
            "POST",
            "/v1/agent/bootstrap",
            body=without_none(
                {
                    "agent_id": agent_id,
                    "display_name": display_name,
                    "budget_daily_usd": budget_daily_usd,
                    "department": department,
                    "context_tokens": context_tokens,
                    "max_output_tokens": max_output_tokens,
                    "on_budget": on_budget,
                    "approval_timeout_s": approval_timeout_s,
                    "metadata": metadata,
                }
            ),
            options=options,
        )
        return answer
