"""The file of an exported session."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from types import TracebackType

import httpx

from .._closing import async_close_response
from .._errors import ApiConnectionError
from .._http.family import HttpErrors
from .._http.file_end import FileEnd, opened_for_writing
from .._self import Self


class AsyncSessionFile:
    """The file of an exported session, as it comes: iterate over its bytes once, or save it.

    Either raises a ProtocolError at the end if the file is not whole.
    """

    def __init__(self, response: httpx.Response, errors: HttpErrors) -> None:
        self.response = response
        """The answer that brings it."""
        self._errors = errors

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Gives the bytes, a chunk at a time."""
        end = FileEnd()
        try:
            async for chunk in self.response.aiter_bytes():
                end.add(chunk)
                yield chunk
        except self._errors.broken as cause:
            raise ApiConnectionError(f"The connection failed: {cause or type(cause).__name__}.") from cause
        finally:
            await self.close()
        end.check()

    async def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the file to a path. Its directory has to exist."""
        with opened_for_writing(path) as file:
            async for chunk in self:
                file.write(chunk)

    async def close(self) -> None:
        """Ends the request, if it is not over."""
        await async_close_response(self.response)

    async def __aenter__(self) -> Self:
        """Returns the file itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Ends the request, if it is not over."""
        await self.close()
