"""The file of an exported session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import TracebackType

import httpx

from .._closing import close_response
from .._errors import ApiConnectionError
from .._http.family import HttpErrors
from .._http.file_end import FileEnd, opened_for_writing
from .._self import Self


class SessionFile:
    """The file of an exported session, as it comes: iterate over its bytes once, or save it.

    Either raises a ProtocolError at the end if the file is not whole.
    """

    def __init__(self, response: httpx.Response, errors: HttpErrors) -> None:
        self.response = response
        """The answer that brings it."""
        self._errors = errors

    def __iter__(self) -> Iterator[bytes]:
        """Gives the bytes, a chunk at a time."""
        end = FileEnd()
        try:
            for chunk in self.response.iter_bytes():
                end.add(chunk)
                yield chunk
        except self._errors.broken as cause:
            raise ApiConnectionError(f"The connection failed: {cause or type(cause).__name__}.") from cause
        finally:
            self.close()
        end.check()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the file to a path. Its directory has to exist."""
        with opened_for_writing(path) as file:
            for chunk in self:
                file.write(chunk)

    def close(self) -> None:
        """Ends the request, if it is not over."""
        close_response(self.response)

    def __enter__(self) -> Self:
        """Returns the file itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Ends the request, if it is not over."""
        self.close()
