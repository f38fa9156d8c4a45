"""What was changed, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ..._http.request import RequestOptions
from ..._paging import AsyncPager
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import AuditEntry, AuditStats, GovernanceSummary


class AsyncGovernance(AsyncResource):
    """What was changed, and by whom."""

    async def summary(self, **options: Unpack[RequestOptions]) -> GovernanceSummary:
        """Sum up what governs the agents, and what waits for a person."""
        answer: GovernanceSummary = await self._client.request("GET", "/v1/governance/summary", options=options)
        return answer

    def audit(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        block: Literal["human", "project", "system", "general"] | None = None,
        operation: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[AuditEntry]:
        """List every entry of the audit, newest first.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.
            block: Only changes of memory entries of this block.
            operation: An `action`, as `memory.create`, or its last part: `create` of anything.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page(
            "/v1/governance/audit", {"limit": limit, "cursor": cursor, "block": block, "operation": operation}, options
        )

    async def audit_stats(self, **options: Unpack[RequestOptions]) -> AuditStats:
        """Count the entries of the audit of the last 30 days."""
        answer: AuditStats = await self._client.request("GET", "/v1/governance/audit/stats", options=options)
        return answer

    async def compliance(self, **options: Unpack[RequestOptions]) -> Any:
        """Scan for compliance, under the name of the client 0.1.0.

        Raises:
            NotFoundError: The service has no such scan; `recovery` names what to use.
        """
        return await self._client.request("POST", "/v1/governance/compliance/scan", options=options)

    async def sleep_time_report(self, **options: Unpack[RequestOptions]) -> Any:
        """Show the sleep-time report, under the name of the client 0.1.0.

        Raises:
            NotFoundError: The service has no such report; `recovery` names what to use.
        """
        return await self._client.request("GET", "/v1/governance/sleep-time/report", options=options)
