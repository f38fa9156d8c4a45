"""What resources are made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from .._http.request import Method, ReadAs, RequestOptions
from .._paging import AsyncPage, AsyncPager
from .._raw_response import RawResponse

if TYPE_CHECKING:
    from .client import AsyncBrainstormRouter


class AsyncResource:
    """The methods of one resource of a client."""

    def __init__(self, client: AsyncBrainstormRouter) -> None:
        self._client = client

    @property
    def with_raw_response(self) -> AsyncRawMethods:
        """The same methods, which return a `RawResponse`: `client.providers.with_raw_response.list()`."""
        return AsyncRawMethods(self)


class AsyncRawMethods:
    """The methods of a resource, which return a `RawResponse`."""

    def __init__(self, resource: AsyncResource) -> None:
        self._resource: Any = type(resource)(AsyncRawClient(resource._client))  # type: ignore[arg-type] # It has what methods use.

    def __getattr__(self, name: str) -> Callable[..., Awaitable[RawResponse]]:
        """Returns the method of this name."""
        method: Callable[..., Awaitable[RawResponse]] = getattr(self._resource, name)
        return method


class AsyncRawClient:
    """The part of a client that methods use, which returns answers with their status and headers."""

    def __init__(self, client: AsyncBrainstormRouter) -> None:
        self._client = client

    async def request(
        self,
        method: Method,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        options: RequestOptions | None = None,
        read_as: ReadAs = "json",
    ) -> RawResponse:
        """Sends a request."""
        spec = self._client._spec(method, path, query=query, body=body, headers=headers, options=options)
        response, content = await self._client._transport.call(self._client._settings, spec, read_as)
        return RawResponse(response.status_code, response.headers, content)

    async def open_file(self, path: str, options: RequestOptions | None = None) -> RawResponse:
        """Asks for a file that is read as it comes."""
        file = await self._client.open_file(path, options)
        return RawResponse(file.response.status_code, file.response.headers, file)

    async def get_page(
        self, path: str, query: Mapping[str, object], options: RequestOptions | None = None
    ) -> RawResponse:
        """Asks for a page."""
        answer = await self.request("GET", path, query=query, options=options)

        async def fetch(cursor: str) -> AsyncPage[Any]:
            return await self._client.get_page(path, {**query, "cursor": cursor}, options)

        return RawResponse(answer.status_code, answer.headers, AsyncPage(answer.content, fetch))


def page_of(
    client: AsyncBrainstormRouter, path: str, query: Mapping[str, object], options: RequestOptions | None
) -> AsyncPager[Any]:
    """Asks for a list."""

    async def fetch(cursor: str | None = None) -> AsyncPage[Any]:
        asked = query if cursor is None else {**query, "cursor": cursor}
        return AsyncPage(await client.request("GET", path, query=asked, options=options), fetch)

    return AsyncPager(fetch)
