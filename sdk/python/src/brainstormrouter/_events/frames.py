"""Reads the frames of an event stream (the `text/event-stream` of HTML) from bytes as they come."""

from __future__ import annotations

from dataclasses import dataclass

MAX_FRAME_BYTES = 64 * 1024 * 1024
"""A server that sends more without an end of the line or the frame would fill the memory."""
LONGEST_RETRY_MS = 60_000

_BOM = b"\xef\xbb\xbf"


class FrameTooLargeError(Exception):
    """A frame has more than `MAX_FRAME_BYTES` bytes."""


@dataclass(frozen=True)
class Frame:
    """A frame. `id` is None where the frame has none, or an empty one."""

    id: str | None
    event: str
    data: str


class FrameReader:
    """Turns bytes into frames. Chunks may end anywhere, also within a character or between CR and LF.

    Attributes:
        retry_ms: What the last valid `retry:` said, in milliseconds.
    """

    def __init__(self) -> None:
        self.retry_ms: int | None = None
        self._rest = bytearray()
        self._searched = 0
        self._began = False
        self._skips_lf = False
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._event = b""
        self._id: bytes | None = None

    def feed(self, chunk: bytes) -> list[Frame]:
        """Takes the next bytes.

        Returns:
            The frames that are complete now.

        Raises:
            FrameTooLargeError: The frame under way is too large.
        """
        self._rest += chunk
        if not self._began:
            if len(self._rest) < len(_BOM) and _BOM.startswith(self._rest):
                return []
            self._began = True
            if self._rest.startswith(_BOM):
                del self._rest[: len(_BOM)]
        frames: list[Frame] = []
        start = 0
        rest = self._rest
        if self._skips_lf and rest:
            self._skips_lf = False
            if rest[0] == 0x0A:
                start = 1
        at = max(start, self._searched)
        last, carriage = rest.rfind(b"\n", at), rest.find(b"\r", at)
        if carriage == -1 and last != -1:
            # The service ends lines with LF, so this is the way that is gone: all lines at once.
            for line in bytes(rest[start:last]).split(b"\n"):
                frame = self._line(line)
                if frame is not None:
                    frames.append(frame)
            start = last + 1
        elif carriage != -1:
            start = self._lines_of_any_end(start, at, frames)
        del rest[:start]
        # A long line that comes in small chunks is searched once.
        self._searched = len(rest)
        if len(rest) + self._data_bytes > MAX_FRAME_BYTES:
            raise FrameTooLargeError(f"A frame has more than {MAX_FRAME_BYTES} bytes.")
        return frames

    def _lines_of_any_end(self, start: int, at: int, frames: list[Frame]) -> int:
        """Reads lines that end with CR, LF or CR LF. Returns where the first unfinished line begins."""
        rest = self._rest
        newline, carriage = rest.find(b"\n", at), rest.find(b"\r", at)
        while newline != -1 or carriage != -1:
            if carriage != -1 and (newline == -1 or carriage < newline):
                end, after = carriage, carriage + 1
                if newline == after:
                    after += 1
                elif after == len(rest):
                    # The LF of a CR LF may be in the next chunk. The line is over all the same.
                    self._skips_lf = True
            else:
                end, after = newline, newline + 1
            frame = self._line(bytes(rest[start:end]))
            if frame is not None:
                frames.append(frame)
            start = after
            if newline != -1 and newline < start:
                newline = rest.find(b"\n", start)
            if carriage != -1 and carriage < start:
                carriage = rest.find(b"\r", start)
        return start

    def _line(self, line: bytes) -> Frame | None:
        if line == b"":
            return self._dispatch()
        if line.startswith(b"data: "):
            self._data.append(line[6:])
            self._data_bytes += len(line)
            return None
        name, _, value = line.partition(b":")
        if value.startswith(b" "):
            value = value[1:]
        if name == b"data":
            self._data.append(value)
            self._data_bytes += len(value)
        elif name == b"event":
            self._event = value
        elif name == b"id":
            # An id that holds a NUL is none.
            if b"\0" not in value:
                self._id = value
        elif name == b"retry" and value.isdigit() and int(value) <= LONGEST_RETRY_MS:
            self.retry_ms = int(value)
        return None

    def _dispatch(self) -> Frame | None:
        data, event, id_ = self._data, self._event, self._id
        self._data, self._data_bytes, self._event, self._id = [], 0, b"", None
        if not data:
            return None
        text = (data[0] if len(data) == 1 else b"\n".join(data)).decode("utf-8", "replace")
        return Frame(_text(id_) or None, _text(event) or "message", text)


def _text(value: bytes | None) -> str:
    return "" if value is None else value.decode("utf-8", "replace")
