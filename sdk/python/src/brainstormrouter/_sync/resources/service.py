"""The description and the figures of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._http.request import RequestOptions, path_of
from ..resource import Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack


class ServiceOperations(Resource):
    """The description and the figures of the service."""

    def metrics(self, **options: Unpack[RequestOptions]) -> str:
        """Read figures for Prometheus, with an admin key of the first tenant."""
        answer: str = self._client.request("GET", "/metrics", options=options, read_as="text")
        return answer

    def openapi(self, **options: Unpack[RequestOptions]) -> dict[str, Any]:
        """Read this description."""
        answer: dict[str, Any] = self._client.request("GET", "/openapi.json", options=options)
        return answer

    def docs(self, **options: Unpack[RequestOptions]) -> str:
        """Open this description as a page."""
        answer: str = self._client.request("GET", "/docs", options=options, read_as="text")
        return answer

    def docs_file(self, file: str, **options: Unpack[RequestOptions]) -> bytes:
        """Load a file of the page.

        Raises:
            NotFoundError: 404: `route_not_found`.
        """
        answer: bytes = self._client.request(
            "GET", path_of("/docs/{file}", file=file), options=options, read_as="bytes"
        )
        return answer

    def home(self, **options: Unpack[RequestOptions]) -> str:
        """Go to the page."""
        answer: str = self._client.request("GET", "/", options=options, read_as="text")
        return answer
