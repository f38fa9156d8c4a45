"""Frames are read the same however the bytes are cut."""

from __future__ import annotations

import random

import pytest

from brainstormrouter._events import frames
from brainstormrouter._events.frames import Frame, FrameReader, FrameTooLargeError

CASES: list[tuple[str, bytes, list[Frame]]] = [
    ("LF", b"id: 1\nevent: a\ndata: {}\n\n", [Frame("1", "a", "{}")]),
    ("CR LF", b"id: 1\r\nevent: a\r\ndata: {}\r\n\r\n", [Frame("1", "a", "{}")]),
    ("CR", b"id: 1\revent: a\rdata: {}\r\r", [Frame("1", "a", "{}")]),
    ("mixed", b"id: 1\rdata: x\n\r\ndata: y\r\n\n", [Frame("1", "message", "x"), Frame(None, "message", "y")]),
    ("byte order mark", b"\xef\xbb\xbfdata: x\n\n", [Frame(None, "message", "x")]),
    ("comments", b": hi\n\n:\nid: 1\n: x\ndata: y\n\n", [Frame("1", "message", "y")]),
    ("no space", b"data:x\nid:7\n\n", [Frame("7", "message", "x")]),
    ("two spaces", b"data:  x\n\n", [Frame(None, "message", " x")]),
    ("several lines of data", b"data: x\ndata:\ndata: y\n\n", [Frame(None, "message", "x\n\ny")]),
    ("unknown fields", b"mood: good\nnothing\ndata: x\n\n", [Frame(None, "message", "x")]),
    ("no data", b"event: ping\nid: 4\n\ndata: x\n\n", [Frame(None, "message", "x")]),
    ("empty id", b"id:\ndata: x\n\n", [Frame(None, "message", "x")]),
    ("NUL in an id", b"id: 3\x007\ndata: x\n\n", [Frame(None, "message", "x")]),
    ("characters of four bytes", "data: ä漢🪁\n\n".encode(), [Frame(None, "message", "ä漢🪁")]),
    ("no empty line at the end", b"data: x\n", []),
    ("invalid UTF-8", b"data: \xff\n\n", [Frame(None, "message", "�")]),
]


@pytest.mark.parametrize(("data", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_frames_are_read_however_they_are_cut(data: bytes, expected: list[Frame]) -> None:
    """Any cut gives the same frames."""
    for cut in range(len(data) + 1):
        reader = FrameReader()
        assert reader.feed(data[:cut]) + reader.feed(data[cut:]) == expected
    reader = FrameReader()
    assert [frame for byte in data for frame in reader.feed(bytes([byte]))] == expected


def test_cases_one_after_the_other_in_random_chunks() -> None:
    """A long stream in chunks of any size gives the same frames."""
    draw = random.Random(7)
    whole = b"".join(data for name, data, _ in CASES if name not in {"byte order mark", "no empty line at the end"})
    expected = FrameReader().feed(whole)
    for _ in range(200):
        reader, at, found = FrameReader(), 0, []
        while at < len(whole):
            size = draw.randint(1, 40)
            found += reader.feed(whole[at : at + size])
            at += size
        assert found == expected


def test_a_long_frame_is_read_in_linear_time() -> None:
    """5 MiB in chunks of 1 KiB are no matter of minutes."""
    text = "x" * (5 * 1024 * 1024)
    data = f"id: 1\ndata: {text}\n\n".encode()
    reader = FrameReader()
    found = [frame for at in range(0, len(data), 1024) for frame in reader.feed(data[at : at + 1024])]
    assert found == [Frame("1", "message", text)]


def test_a_frame_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded, whether a line or a frame does not end."""
    monkeypatch.setattr(frames, "MAX_FRAME_BYTES", 1000)
    for endless in (b"x" * 100, b"data: " + b"x" * 93 + b"\n"):
        reader = FrameReader()
        for _ in range(9):
            reader.feed(endless)
        with pytest.raises(FrameTooLargeError):
            reader.feed(endless * 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("250", 250), ("soon", None), ("-5", None), ("1e3", None), ("9999999999", None), ("0", 0)],
)
def test_retry_is_a_number_of_milliseconds(text: str, expected: int | None) -> None:
    """What makes no sense changes nothing."""
    reader = FrameReader()
    reader.feed(f"retry: {text}\n\n".encode())
    assert reader.retry_ms == expected
