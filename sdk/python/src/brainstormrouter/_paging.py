"""Lists that page by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class _Content(dict[str, Any], Generic[T]):
    """The JSON of a page: `data`, `next_cursor`, and what else the answer has."""

    @property
    def data(self) -> list[T]:
        """The items of this page."""
        items: list[T] = self.get("data", [])
        return items

    @property
    def next_cursor(self) -> str | None:
        """The cursor of the next page. None: this is the last one."""
        cursor: str | None = self.get("next_cursor")
        return cursor


class Page(_Content[T]):
    """A page of a list. Iterating over it goes over all items, of this page and of those behind it.

    It is the `dict` that the service answered with, so that `page["data"]` works, too.
    """

    def __init__(self, content: dict[str, Any], fetch: Callable[[str], Page[T]]) -> None:
        super().__init__(content)
        self._fetch = fetch

    def next_page(self) -> Page[T] | None:
        """Asks for the next page. None: this is the last one."""
        cursor = self.next_cursor
        return None if cursor is None else self._fetch(cursor)

    def pages(self) -> Iterator[Page[T]]:
        """Gives this page and those behind it."""
        page: Page[T] | None = self
        while page is not None:
            yield page
            page = page.next_page()

    def __iter__(self) -> Iterator[T]:  # type: ignore[override] # A list of items is worth more than its two field names.
        """Gives all items, of this page and of those behind it."""
        for page in self.pages():
            yield from page.data


class AsyncPage(_Content[T]):
    """A page of a list. `async for` goes over all items, of this page and of those behind it.

    It is the `dict` that the service answered with, so that `page["data"]` works, too.
    """

    def __init__(self, content: dict[str, Any], fetch: Callable[[str], Awaitable[AsyncPage[T]]]) -> None:
        super().__init__(content)
        self._fetch = fetch

    async def next_page(self) -> AsyncPage[T] | None:
        """Asks for the next page. None: this is the last one."""
        cursor = self.next_cursor
        return None if cursor is None else await self._fetch(cursor)

    async def pages(self) -> AsyncIterator[AsyncPage[T]]:
        """Gives this page and those behind it."""
        page: AsyncPage[T] | None = self
        while page is not None:
            yield page
            page = await page.next_page()

    async def __aiter__(self) -> AsyncIterator[T]:
        """Gives all items, of this page and of those behind it."""
        async for page in self.pages():
            for item in page.data:
                yield item


class AsyncPager(Generic[T]):
    """A list that was asked for: `await` gives its first page, `async for` all its items."""

    def __init__(self, first: Callable[[], Awaitable[AsyncPage[T]]]) -> None:
        self._first = first

    def __await__(self) -> Generator[Any, None, AsyncPage[T]]:
        """Gives the first page."""
        return self._first().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        """Gives all items."""
        async for item in await self._first():
            yield item
