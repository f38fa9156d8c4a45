"""What agents may spend on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._http.request import RequestOptions
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import BudgetSetLimitAnswer, BudgetStatusAnswer


class AsyncBudget(AsyncResource):
    """What agents may spend on a day."""

    async def status(self, **options: Unpack[RequestOptions]) -> BudgetStatusAnswer:
        """Show what every agent has spent today and may still spend."""
        answer: BudgetStatusAnswer = await self._client.request("GET", "/v1/budget/status", options=options)
        return answer

    async def set_limit(
        self, agent_id: str, *, daily_usd: float | None, **options: Unpack[RequestOptions]
    ) -> BudgetSetLimitAnswer:
        """Set the daily budget of an agent.

        Args:
            agent_id: 3 to 64 characters of a-z, 0-9 and -.
            daily_usd: Null: no daily cap.

        Raises:
            NotFoundError: 404: `agent_not_found`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: BudgetSetLimitAnswer = await self._client.request(
            "PUT", "/v1/budget/limits", body={"agent_id": agent_id, "daily_usd": daily_usd}, options=options
        )
        return answer
