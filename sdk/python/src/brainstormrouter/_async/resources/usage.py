"""What was spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._http.request import RequestOptions
from ..._paging import AsyncPager
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import UsageByCostCenterItem, UsageByOwnerItem, UsageSummaryAnswer


class AsyncUsage(AsyncResource):
    """What was spent."""

    async def summary(self, period: str = "month", **options: Unpack[RequestOptions]) -> UsageSummaryAnswer:
        """Sum up cost and tokens of a period, by model.

        Args:
            period: Default: "month".
        """
        answer: UsageSummaryAnswer = await self._client.request(
            "GET", "/v1/usage/summary", query={"period": period}, options=options
        )
        return answer

    def by_cost_center(
        self,
        period: str = "month",
        *,
        limit: int | None = None,
        cursor: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[UsageByCostCenterItem]:
        """Sum up the cost of a period, by department.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.
            period: Default: "month".

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page(
            "/v1/usage/by-cost-center", {"limit": limit, "cursor": cursor, "period": period}, options
        )

    def by_owner(
        self,
        period: str = "month",
        *,
        limit: int | None = None,
        cursor: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[UsageByOwnerItem]:
        """Sum up the cost of a period, by agent.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.
            period: Default: "month".

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page(
            "/v1/usage/by-owner", {"limit": limit, "cursor": cursor, "period": period}, options
        )
