"""The text of a run is what its messages say, however its pieces came."""

from __future__ import annotations

from typing import Any

import pytest

from brainstormrouter import TextDelta, TextJoiner, join_text
from brainstormrouter._events.event import DELTA, MESSAGE, Event
from brainstormrouter._run.text import TextSource


def piece(attempt: int, text: str, turn: int = 0, **more: Any) -> Event:
    """Makes a piece."""
    return Event(None, DELTA, {"turnIndex": turn, "attempt": attempt, "text": text, **more})


def message(text: str, turn: int = 0) -> Event:
    """Makes a message."""
    return Event(None, MESSAGE, {"turnIndex": turn, "text": text})


@pytest.mark.parametrize(
    ("events", "pieces"),
    [
        ([piece(1, "Ki"), piece(1, "tes"), message("Kites")], [("Ki", False), ("tes", False)]),
        ([message("Kites")], [("Kites", False)]),
        ([piece(1, "Ki"), message("Kites")], [("Ki", False), ("tes", False)]),
        (
            [piece(1, "Ba"), piece(2, "", offset=0, restart=True), piece(2, "Kites")],
            [("Ba", False), ("", True), ("Kites", False)],
        ),
        ([piece(1, "Ba"), piece(2, "Kites")], [("Ba", False), ("Kites", True)]),
        ([piece(1, "Secret"), message("[withheld]")], [("Secret", False), ("[withheld]", True)]),
        ([piece(1, "One"), message("One"), piece(1, "Two", 1), message("Two", 1)], [("One", False), ("Two", False)]),
        ([piece(1, "🪁", offset=2), piece(1, "es", offset=4), message("Ki🪁es")], [("🪁", False), ("es", False)]),
        ([piece(1, "Ki", offset=0), piece(1, "s", offset=4), message("Kites")], [("Ki", False), ("tes", False)]),
        ([Event(None, "br.note", {"text": 7}), Event(None, DELTA, None)], []),
    ],
)
def test_pieces_come_of_events(events: list[Event], pieces: list[tuple[str, bool]]) -> None:
    """A restart is said, and a message without pieces is made up for."""
    source = TextSource()
    found = [delta for event in events for delta in source.pieces_of(event)]
    assert [(str(delta), delta.restarted) for delta in found] == pieces
    messages = [event.data["text"] for event in events if event.type == MESSAGE]
    if messages and events[0].data.get("offset", 0) == 0:
        assert join_text(found) == "\n\n".join(messages)


def test_a_joiner_shows_each_turn() -> None:
    """A terminal may show the text while it comes."""
    joiner = TextJoiner()
    assert joiner.add(TextDelta("Ba", turn_index=0)) == "Ba"
    assert joiner.add(TextDelta("Ki", turn_index=0, restarted=True)) == "Ki"
    assert joiner.add(TextDelta("More", turn_index=1)) == "More"
    assert joiner.turns == {0: "Ki", 1: "More"}
    assert joiner.text == "Ki\n\nMore"
