"""Whether the service works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._http.request import RequestOptions
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import HealthLiveAnswer, HealthReadyAnswer


class AsyncHealth(AsyncResource):
    """Whether the service works."""

    async def live(self, **options: Unpack[RequestOptions]) -> HealthLiveAnswer:
        """Check that this process answers."""
        answer: HealthLiveAnswer = await self._client.request("GET", "/health/live", options=options)
        return answer

    async def ready(self, **options: Unpack[RequestOptions]) -> HealthReadyAnswer:
        """Check that the services it needs answer, too."""
        answer: HealthReadyAnswer = await self._client.request("GET", "/health/ready", options=options)
        return answer
