"""The text of a run while a model writes it."""

from __future__ import annotations

from collections.abc import Iterable

from .._events.event import DELTA, MESSAGE, Event


class TextDelta(str):
    """A piece of the text of an answer. It is a `str`, so it can be printed as it is.

    Attributes:
        turn_index: The turn whose answer it belongs to, counted from 0.
        attempt: Which request of the turn wrote it, counted from 1.
        restarted: True: the text of this turn that came before is void, and begins anew with this piece, which may be empty.
    """

    turn_index: int
    attempt: int
    restarted: bool

    __slots__ = ("attempt", "restarted", "turn_index")

    def __new__(cls, text: str, *, turn_index: int = 0, attempt: int = 1, restarted: bool = False) -> TextDelta:
        """Makes a piece."""
        made = super().__new__(cls, text)
        made.turn_index, made.attempt, made.restarted = turn_index, attempt, restarted
        return made


class TextJoiner:
    """Puts the pieces of the answers of a run together. A restarted attempt takes the place of the one before.

    Attributes:
        turns: The text of each turn so far.
    """

    def __init__(self) -> None:
        self.turns: dict[int, str] = {}

    def add(self, delta: TextDelta) -> str:
        """Takes a piece.

        Returns:
            The text of its turn so far.
        """
        before = "" if delta.restarted else self.turns.get(delta.turn_index, "")
        self.turns[delta.turn_index] = before + delta
        return self.turns[delta.turn_index]

    @property
    def text(self) -> str:
        """The whole text. The texts of turns are separated by an empty line."""
        return "\n\n".join(text for text in self.turns.values() if text)


def join_text(deltas: Iterable[TextDelta]) -> str:
    """Puts pieces together to the whole text. The texts of turns are separated by an empty line."""
    joiner = TextJoiner()
    for delta in deltas:
        joiner.add(delta)
    return joiner.text


class TextSource:
    """Turns events into pieces of text.

    The pieces of a turn, joined, are the text of its message, however many attempts wrote it and whatever was missed of them.
    """

    def __init__(self) -> None:
        self._turn = -1
        self._attempt = 0
        # What was shown of the turn: its text from `_start` on, which counts UTF-16 code units as the wire does.
        self._start = 0
        self._shown = ""

    def pieces_of(self, event: Event) -> list[TextDelta]:
        """Returns the pieces that an event brings."""
        data = event.data if isinstance(event.data, dict) else {}
        text, turn = data.get("text"), data.get("turnIndex")
        if event.type not in {DELTA, MESSAGE} or not isinstance(text, str) or not isinstance(turn, int):
            return []
        if event.type == MESSAGE:
            return self._message(turn, text)
        attempt, offset = data.get("attempt"), data.get("offset")
        return self._piece(
            turn, attempt if isinstance(attempt, int) else 1, offset if isinstance(offset, int) else None, text
        )

    def _piece(self, turn: int, attempt: int, offset: int | None, text: str) -> list[TextDelta]:
        if turn != self._turn:
            # Whoever attached in the middle of a text has what is before it.
            self._turn, self._attempt, self._start, self._shown = turn, attempt, offset or 0, ""
        end = self._start + _units(self._shown)
        restarted = attempt != self._attempt and end > 0
        if restarted:
            self._start, self._shown = 0, ""
        elif offset is not None and offset != end:
            # What is missing in between comes with the message.
            return []
        self._attempt = attempt
        self._shown += text
        return [TextDelta(text, turn_index=turn, attempt=attempt, restarted=restarted)] if text or restarted else []

    def _message(self, turn: int, text: str) -> list[TextDelta]:
        if turn != self._turn:
            self._attempt, self._start, self._shown = 1, 0, ""
        units = text.encode("utf-16-le", "surrogatepass")[2 * self._start :]
        behind = units.decode("utf-16-le", "replace")
        restarted = not behind.startswith(self._shown)
        rest = text if restarted else behind[len(self._shown) :]
        self._turn, self._start, self._shown = turn, 0, text
        return (
            [TextDelta(rest, turn_index=turn, attempt=self._attempt, restarted=restarted)] if rest or restarted else []
        )


def _units(text: str) -> int:
    return len(text) + sum(1 for character in text if character > "\uffff")
