"""Limits of the tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._http.request import RequestOptions
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import LimitsGetAnswer


class AsyncLimits(AsyncResource):
    """Limits of the tenant."""

    async def get(self, **options: Unpack[RequestOptions]) -> LimitsGetAnswer:
        """Show the limits of the tenant and how much of each is in use."""
        answer: LimitsGetAnswer = await self._client.request("GET", "/v1/limits", options=options)
        return answer
