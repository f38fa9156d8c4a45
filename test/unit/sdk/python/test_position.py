"""Each event is shown once."""

from __future__ import annotations

from typing import Any

import pytest

from brainstormrouter._events.event import COMPACTED, DELTA, Event
from brainstormrouter._events.position import StreamPosition


def event(id_: str | None, type_: str = "agent.message", **data: Any) -> Event:
    """Makes an event."""
    return Event(id_, type_, data)


def piece(id_: str, offset: int, text: str) -> Event:
    """Makes a piece of a text."""
    return event(id_, DELTA, turnIndex=0, offset=offset, text=text)


@pytest.mark.parametrize("first", [1, 2**31, 2**53 + 1])
def test_events_that_come_again_are_dropped(first: int) -> None:
    """Ids may have any size."""
    position = StreamPosition()
    sent = [first, first + 1, first, first + 1, first + 2, first + 2]
    shown = [found.id for seq in sent if (found := position.accepts(event(str(seq)))) is not None]
    assert shown == [str(first), str(first + 1), str(first + 2)]
    assert position.last_event_id == str(first + 2)


def test_what_has_no_place_passes_and_is_no_place() -> None:
    """An empty or an unknown id does not make a reader lose its place."""
    position = StreamPosition()
    assert position.accepts(event("3")) is not None
    for other in (None, "x", "1.2", "-1", "٣"):
        assert position.accepts(event(other)) is not None
    assert position.last_event_id == "3"
    assert position.accepts(event("3")) is None


def test_pieces_of_a_text_come_once() -> None:
    """A piece that was seen is dropped; of one that overlaps the new part is shown, counted in UTF-16 code units."""
    position = StreamPosition()
    assert position.accepts(event("2")) is not None
    assert position.accepts(piece("2.1.4", 0, "ab🪁")) is not None
    assert position.accepts(piece("2.1.4", 0, "ab🪁")) is None
    new = position.accepts(piece("2.1.6", 0, "ab🪁cd"))
    assert new is not None
    assert (new.data["text"], new.data["offset"]) == ("cd", 4)
    assert position.accepts(piece("2.2.0", 0, "")) is not None
    assert position.accepts(piece("2.1.7", 6, "e")) is None
    assert position.accepts(event("3")) is not None
    assert position.accepts(piece("2.2.3", 0, "abc")) is None
    assert position.last_event_id == "3"


def test_a_summary_may_come_behind_pieces_of_the_same_place() -> None:
    """Each kind has a place of its own."""
    position = StreamPosition("2.1.4")
    assert position.accepts(event("2.0.1", COMPACTED)) is not None
    assert position.accepts(event("2.0.1", COMPACTED)) is None
    assert position.accepts(piece("2.1.4", 0, "abcd")) is None
    assert position.accepts(event("2")) is None


def test_a_copy_moves_by_itself() -> None:
    """Two readers of one run do not know of each other."""
    position = StreamPosition("4")
    copy = position.copy()
    assert copy.accepts(event("5")) is not None
    assert (position.last_event_id, copy.last_event_id) == ("4", "5")
