"""What resources are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .._http.request import Method, ReadAs, RequestOptions
from .._paging import Page
from .._raw_response import RawResponse

if TYPE_CHECKING:
    from .client import BrainstormRouter


class Resource:
    """The methods of one resource of a client."""

    def __init__(self, client: BrainstormRouter) -> None:
        self._client = client

    @property
    def with_raw_response(self) -> RawMethods:
        """The same methods, which return a `RawResponse`: `client.providers.with_raw_response.list()`."""
        return RawMethods(self)


class RawMethods:
    """The methods of a resource, which return a `RawResponse`."""

    def __init__(self, resource: Resource) -> None:
        self._resource: Any = type(resource)(RawClient(resource._client))  # type: ignore[arg-type] # It has what methods use.

    def __getattr__(self, name: str) -> Callable[..., RawResponse]:
        """Returns the method of this name."""
        method: Callable[..., RawResponse] = getattr(self._resource, name)
        return method


class RawClient:
    """The part of a client that methods use, which returns answers with their status and headers."""

    def __init__(self, client: BrainstormRouter) -> None:
        self._client = client

    def request(
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
        response, content = self._client._transport.call(self._client._settings, spec, read_as)
        return RawResponse(response.status_code, response.headers, content)

    def open_file(self, path: str, options: RequestOptions | None = None) -> RawResponse:
        """Asks for a file that is read as it comes."""
        file = self._client.open_file(path, options)
        return RawResponse(file.response.status_code, file.response.headers, file)

    def get_page(self, path: str, query: Mapping[str, object], options: RequestOptions | None = None) -> RawResponse:
        """Asks for a page."""
        answer = self.request("GET", path, query=query, options=options)

        def fetch(cursor: str) -> Page[Any]:
            return self._client.get_page(path, {**query, "cursor": cursor}, options)

        return RawResponse(answer.status_code, answer.headers, Page(answer.content, fetch))


def page_of(
    client: BrainstormRouter, path: str, query: Mapping[str, object], options: RequestOptions | None
) -> Page[Any]:
    """Asks for a list."""

    def fetch(cursor: str | None = None) -> Page[Any]:
        asked = query if cursor is None else {**query, "cursor": cursor}
        return Page(client.request("GET", path, query=asked, options=options), fetch)

    return fetch()
