"""The end of a session's file, which says whether the file is whole."""

from __future__ import annotations

import json
import os
from typing import BinaryIO

from .._errors import ProtocolError

LONGEST_END = 64 * 1024


class FileEnd:
    """Looks at a file as it comes, and keeps the last line of it."""

    def __init__(self) -> None:
        self._tail = b""

    def add(self, chunk: bytes) -> None:
        """Takes the next bytes."""
        self._tail = (self._tail + chunk)[-LONGEST_END:]

    def check(self) -> None:
        """Is called behind the last byte.

        Raises:
            ProtocolError: The file is cut off, or its last line says that the service could not finish it.
        """
        try:
            line = json.loads(self._tail.rstrip(b"\n").rpartition(b"\n")[2])
        except ValueError:
            line = None
        kind = line.get("kind") if isinstance(line, dict) else None
        if kind == "end":
            return
        if kind == "failed":
            raise ProtocolError(str(line.get("message")))
        raise ProtocolError("The file of the session was cut off. Export it again.")


def opened_for_writing(path: str | os.PathLike[str]) -> BinaryIO:
    """Opens a file. Writing to a disk blocks no longer than printing does."""
    return open(path, "wb")
