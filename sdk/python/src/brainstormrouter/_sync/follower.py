"""Follows the log of one session: each event once, in order, over any number of connections."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx

from .._closing import close_response
from .._errors import AbortedError, ApiConnectionError, ApiError, BrainstormRouterError, ProtocolError
from .._events.event import ENDED, Event
from .._events.frames import Frame, FrameReader, FrameTooLargeError
from .._events.position import StreamPosition
from .._events.reconnecting import Reconnecting
from .._http.answer import foreign_answer, media_type_of
from .._http.request import path_of
from .._http.retry import asked_wait_s, is_passing
from .._run.result import ResultBuilder
from .._waiting import Gate

if TYPE_CHECKING:
    from .client import BrainstormRouter

LIVED_S = 10.0
"""A connection that carried bytes for so long was alive, although nothing new came."""


class Follower:
    """Reads events one by one. `builder` has seen exactly the events that were delivered."""

    def __init__(
        self,
        client: BrainstormRouter,
        *,
        session_id: str | None = None,
        position: StreamPosition | None = None,
        builder: ResultBuilder | None = None,
        include: tuple[str, ...] = (),
        start_again: Callable[[], httpx.Response] | None = None,
    ) -> None:
        self.position = position or StreamPosition()
        self.builder = builder or ResultBuilder(session_id=session_id)
        self.include = include
        self.delivered = False
        self.over = False
        self.failure: BrainstormRouterError | None = None
        self._client = client
        self._start_again = start_again
        self._reconnecting = Reconnecting(client._settings.max_reconnects)
        self._gate = Gate()
        self._lock = threading.Lock()
        self._state = threading.Lock()
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] | None = None
        self._reader = FrameReader()
        self._ready: deque[Frame] = deque()
        self._connected_at = self._byte_at = 0.0
        self._resumed = False

    def begin_with(self, response: httpx.Response) -> None:
        """Reads a stream that is open already."""
        self._response, self._chunks = response, response.iter_bytes()
        self._reader = FrameReader()
        self._connected_at = self._byte_at = time.monotonic()

    def fork(self, *, next_answer: bool = False) -> Follower:
        """Returns a reader that goes on behind what this one has delivered, over a connection of its own."""
        with self._state:
            position, builder = self.position.copy(), self.builder.copy()
        if next_answer:
            builder = builder.next_answer()
        return Follower(
            self._client, position=position, builder=builder, include=self.include, start_again=self._start_again
        )

    def next(self) -> Event | None:
        """Returns the next event, or None behind the end of the session.

        Raises:
            BrainstormRouterError: The stream could not be taken up again, or the run was left.
        """
        with self._lock:
            return self._next()

    def to_result(self) -> None:
        """Reads until `builder` has a result."""
        with self._lock:
            while self.builder.result is None:
                if self._next() is None:
                    return

    def close(self) -> None:
        """Stops reading, for good. Whoever waits for an event gets an `AbortedError`."""
        self._gate.close()
        self._disconnect()

    def _next(self) -> Event | None:
        while True:
            if self.over:
                return None
            if self.failure is not None:
                raise self.failure
            if self._gate.is_closed:
                raise self._aborted()
            if not self._ready:
                self._read_more()
                continue
            try:
                event = self._deliver(self._ready.popleft())
            except ValueError as cause:
                self._ready.clear()
                error = ProtocolError("A frame of the stream holds no JSON.")
                error.__cause__ = cause
                self._lost(error)
                continue
            if event is None:
                continue
            if self.over:
                self._disconnect()
            return event

    def _deliver(self, frame: Frame) -> Event | None:
        found = Event(frame.id, frame.event, json.loads(frame.data))
        with self._state:
            event = self.position.accepts(found)
            if event is None:
                return None
            self.builder.take(event)
            self.delivered = True
            self.over = event.type == ENDED
        self._reconnecting.progressed()
        return event

    def _read_more(self) -> None:
        broken = self._client._transport.errors.broken
        try:
            if self._chunks is None:
                self._connect()
                return
            chunk = self._chunks.__next__()
            self._byte_at = time.monotonic()
            self._ready.extend(self._reader.feed(chunk))
            if self._reader.retry_ms is not None:
                self._reconnecting.retry_s = self._reader.retry_ms / 1000
        except StopIteration:
            if not self._ended_before():
                self._lost(ApiConnectionError("The stream ended before the session did."))
        except FrameTooLargeError as cause:
            self._fail(ProtocolError(str(cause)))
        except broken as cause:
            error = ApiConnectionError(f"The stream broke: {cause or type(cause).__name__}.")
            error.__cause__ = cause
            self._lost(error)
        except ApiError as refusal:
            if not is_passing(refusal.status, refusal.headers or {}):
                self._fail(refusal)
            else:
                self._lost(refusal, asked_wait_s(refusal.headers or {}))
        except (ApiConnectionError, ProtocolError) as error:
            self._lost(error)

    def _connect(self) -> None:
        session_id = self.builder.session_id
        if session_id is None:
            if self._start_again is None:
                raise ProtocolError("The service did not say which session it started.")
            self.begin_with(self._start_again())
            return
        place = self.position.last_event_id
        spec = self._client._spec(
            "GET",
            path_of("/v1/sessions/{session_id}/events", session_id=session_id),
            query={"include": self.include or None},
            headers={"accept": "text/event-stream", **({"last-event-id": place} if place else {})},
            options={"max_retries": 0},
        )
        settings = self._client._settings
        response = self._client._transport.open(settings, spec, settings.silence_timeout)
        if media_type_of(response.headers) != "text/event-stream":
            close_response(response)
            raise foreign_answer(response.status_code, response.headers)
        if self._gate.is_closed:
            close_response(response)
            return
        self._resumed = True
        self.begin_with(response)

    def _lost(self, error: BrainstormRouterError, asked_s: float | None = None) -> None:
        """Waits for the next connection, or gives up."""
        if self._byte_at - self._connected_at > LIVED_S:
            self._reconnecting.progressed()
        self._disconnect()
        if self._gate.is_closed:
            return
        wait = self._reconnecting.wait_s(random.random(), asked_s)  # noqa: S311
        if wait is None:
            self._fail(error)
            return
        self._client._settings.logger.info(
            "%s: taking the stream up again behind %s in %.2f s (%d): %s",
            self.builder.session_id,
            self.position.last_event_id or "the beginning",
            wait,
            self._reconnecting.failures,
            error,
        )
        self._gate.wait(wait)

    def _fail(self, error: BrainstormRouterError) -> None:
        self._disconnect()
        error.session_id, error.last_event_id = self.builder.session_id, self.position.last_event_id
        self.failure = error

    def _disconnect(self) -> None:
        response, self._response, self._chunks = self._response, None, None
        if response is not None:
            close_response(response)

    def _ended_before(self) -> bool:
        """Asks whether a stream brought nothing because the reader came behind the end of the session."""
        session_id = self.builder.session_id
        if not self._resumed or self._reconnecting.failures > 0 or self.delivered or session_id is None:
            return False
        try:
            session: Any = self._client.request(
                "GET", path_of("/v1/sessions/{session_id}", session_id=session_id), options={"max_retries": 0}
            )
        except BrainstormRouterError:
            return False
        if session.get("status") != "ended" or session.get("last_seq", 0) > self.position.last_seq:
            return False
        self._disconnect()
        self.builder.result = self.builder.ended_as(session)
        self.over = True
        return True

    def _aborted(self) -> AbortedError:
        error = AbortedError("The run was left, or detached from.")
        error.session_id, error.last_event_id = self.builder.session_id, self.position.last_event_id
        return error
