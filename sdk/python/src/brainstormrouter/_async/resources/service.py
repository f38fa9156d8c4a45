"""The description and the figures of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._http.request import RequestOptions, path_of
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack


class AsyncServiceOperations(AsyncResource):
    """The description and the figures of the service."""

    async def metrics(self, **options: Unpack[RequestOptions]) -> str:
        """Read figures for Prometheus, with an admin key of the first tenant."""
        answer: str = await self._client.request("GET", "/metrics", options=options, read_as="text")
        return answer

    async def openapi(self, **options: Unpack[RequestOptions]) -> dict[str, Any]:
        """Read this description."""
        answer: dict[str, Any] = await self._client.request("GET", "/openapi.json", options=options)
        return answer

    async def docs(self, **options: Unpack[RequestOptions]) -> str:
        """Open this description as a page."""
        answer: str = await self._client.request("GET", "/docs", options=options, read_as="text")
        return answer

    async def docs_file(self, file: str, **options: Unpack[RequestOptions]) -> bytes:
        """Load a file of the page.

        Raises:
            NotFoundError: 404: `route_not_found`.
        """
        answer: bytes = await self._client.request(
            "GET", path_of("/docs/{file}", file=file), options=options, read_as="bytes"
        )
        return answer

    async def home(self, **options: Unpack[RequestOptions]) -> str:
        """Go to the page."""
        answer: str = await self._client.request("GET", "/", options=options, read_as="text")
        return answer
