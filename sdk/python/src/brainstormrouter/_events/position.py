"""Which frames of a stream are new, and where to go on when it breaks."""

from __future__ import annotations

import re

from .event import COMPACTED, DELTA, Event

_ID = re.compile(r"(\d{1,40})(?:\.(\d{1,40})\.(\d{1,40}))?\Z", re.ASCII)


class StreamPosition:
    """The place of a reader in the log of a session.

    A frame has the id `seq`; a summary `seq.0.number`; a piece of a text `seq.attempt.offset`, where `offset` is behind the
    piece. Summaries and pieces are no part of the log, and come in either order behind the event `seq`. So each kind has a
    place of its own.

    Attributes:
        last_event_id: The id of the last frame that was accepted: where a stream goes on.
        last_seq: The place of the last event of the log.
    """

    def __init__(self, after: str | None = None) -> None:
        self.last_event_id = after
        self.last_seq = 0
        self._piece = (0, 0, 0)
        self._summary = (0, 0)
        match = _ID.match(after or "")
        if match is not None:
            self.last_seq = int(match[1])
            if match[2] is not None:
                self._remember(int(match[1]), int(match[2]), int(match[3]))

    def copy(self) -> StreamPosition:
        """Returns a position that moves by itself."""
        other = StreamPosition()
        other.__dict__.update(self.__dict__)
        return other

    def accepts(self, event: Event) -> Event | None:
        """Moves behind an event.

        Returns:
            The event, or what is new of it. None where it was seen before.
        """
        match = _ID.match(event.id or "")
        if match is None:
            # Nothing is known about such an id, so it is no place to go on at.
            return event
        seq = int(match[1])
        if match[2] is None:
            if seq <= self.last_seq:
                return None
            self.last_seq = seq
        else:
            attempt, offset = int(match[2]), int(match[3])
            if seq < self.last_seq:
                return None
            if attempt == 0 or event.type == COMPACTED:
                if (seq, offset) <= self._summary:
                    return None
            else:
                new = self._new_part(event, (seq, attempt, offset))
                if new is None:
                    return None
                event = new
            self._remember(seq, attempt, offset)
        self.last_event_id = event.id
        return event

    def _remember(self, seq: int, attempt: int, offset: int) -> None:
        if attempt == 0:
            self._summary = (seq, offset)
        else:
            self._piece = (seq, attempt, offset)

    def _new_part(self, event: Event, place: tuple[int, int, int]) -> Event | None:
        seq, attempt, known = self._piece
        if event.type != DELTA or (seq, attempt) != place[:2]:
            return None if place < self._piece else event
        # An attempt that begins anew may have no text yet.
        if place[2] <= known and not (place[2] == known == 0):
            return None
        begin = event.data.get("offset", known)
        if not isinstance(begin, int) or begin >= known:
            return event
        # Offsets count UTF-16 code units.
        units = event.data.get("text", "").encode("utf-16-le", "surrogatepass")[2 * (known - begin) :]
        text = units.decode("utf-16-le", "surrogatepass")
        return Event(event.id, event.type, {**event.data, "offset": known, "text": text})
