"""Whether the service works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._http.request import RequestOptions
from ..resource import Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import HealthLiveAnswer, HealthReadyAnswer


class Health(Resource):
    """Whether the service works."""

    def live(self, **options: Unpack[RequestOptions]) -> HealthLiveAnswer:
        """Check that this process answers."""
        answer: HealthLiveAnswer = self._client.request("GET", "/health/live", options=options)
        return answer

    def ready(self, **options: Unpack[RequestOptions]) -> HealthReadyAnswer:
        """Check that the services it needs answer, too."""
        answer: HealthReadyAnswer = self._client.request("GET", "/health/ready", options=options)
        return answer
