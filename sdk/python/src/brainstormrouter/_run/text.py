"""The text of a run while a model writes it."""

from __future__ import annotations

from collections.abc import Iterable

from .._events.event import DELTA, MESSAGE, Event


class TextDelta(str):
    """A piece of the text of an answer. It is a `str`, so it can be printed as it is.

    Attributes:
        turn_index: The turn whose answer it belongs to, counted from 0.
        attempt: Which request of the turn wrote it, counted from 1.
        restart: True: the text of this turn that came before is void, and begins anew with this piece, which may be empty.
    """

    turn_index: int
    attempt: int
    restart: bool

    __slots__ = ("attempt", "restart", "turn_index")

    def __new__(cls, text: str, *, turn_index: int = 0, attempt: int = 1, restart: bool = False) -> TextDelta:
        """Makes a piece."""
        made = super().__new__(cls, text)
        made.turn_index, made.attempt, made.restart = turn_index, attempt, restart
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
        before = "" if delta.restart else self.turns.get(delta.turn_index, "")
        self.turns[delta.turn_index] = before + delta
        return self.turns[delta.turn_index]

    @property
    def text(self) -> str:
        """The text of the last turn that has any: what `RunResult.text` will be."""
        return next((self.turns[turn] for turn in sorted(self.turns, reverse=True) if self.turns[turn]), "")


def join_text(deltas: Iterable[TextDelta]) -> str:
    """Puts pieces together to the text of the last turn."""
    joiner = TextJoiner()
    for delta in deltas:
        joiner.add(delta)
    return joiner.text


class TextSource:
    """Turns events into pieces of text. A message whose text did not come in pieces, or came otherwise, is made up for."""

    def __init__(self) -> None:
        self._turn = -1
        self._attempt = 0
        self._shown = ""

    def pieces_of(self, event: Event) -> list[TextDelta]:
        """Returns the pieces that an event brings."""
        data = event.data if isinstance(event.data, dict) else {}
        text, turn = data.get("text"), data.get("turnIndex")
        if event.type not in {DELTA, MESSAGE} or not isinstance(text, str) or not isinstance(turn, int):
            return []
        return self._piece(data, turn, text) if event.type == DELTA else self._message(turn, text)

    def _piece(self, data: dict[str, object], turn: int, text: str) -> list[TextDelta]:
        attempt = data.get("attempt")
        number = attempt if isinstance(attempt, int) else 1
        restart = self._turn == turn and (number != self._attempt or data.get("restart") is True) and self._shown != ""
        if self._turn != turn or number != self._attempt:
            self._turn, self._attempt, self._shown = turn, number, ""
        self._shown += text
        if text == "" and not restart:
            return []
        return [TextDelta(text, turn_index=turn, attempt=number, restart=restart)]

    def _message(self, turn: int, text: str) -> list[TextDelta]:
        shown = self._shown if self._turn == turn else ""
        self._turn, self._shown = turn, text
        self._attempt = max(self._attempt, 1)
        if text == shown:
            return []
        if text.startswith(shown):
            return [TextDelta(text[len(shown) :], turn_index=turn, attempt=self._attempt)]
        return [TextDelta(text, turn_index=turn, attempt=self._attempt, restart=True)]
