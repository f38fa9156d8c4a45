"""A run: what it says, what it comes to, and how it is steered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, cast

from .._errors import BrainstormRouterError, RunFailedError, UsageError
from .._events.event import DELTA, SessionEvent
from .._events.position import StreamPosition
from .._http.request import path_of
from .._run import commands
from .._run.outcome import RunPosition, Settled
from .._run.result import ResultBuilder, RunResult
from .._run.text import TextDelta, TextSource
from .._self import Self
from .follower import Follower

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._http.request import RequestOptions
    from ..types import SessionsSendEventAnswer as InboxReceipt
    from ..types import UserImage
    from .client import BrainstormRouter


ApprovalScope = Literal["call", "session", "always"]


class Run:
    """A run of an agent, or a conversation with it.

    Iterating over it gives each event once, in order, through any number of broken connections, to the end of the session.
    Every iterator sees everything. Nothing is kept in memory: another iterator reads the log of the session again.

    Leaving its `with` interrupts a run that you started, and only detaches from one that you attached to.
    """

    def __init__(
        self,
        client: BrainstormRouter,
        *,
        session_id: str | None,
        first: Follower | None = None,
        after: str | None = None,
        interrupt_on_exit: bool,
        throw_on_failure: bool = False,
        include: tuple[str, ...] = (),
    ) -> None:
        self._client = client
        self._session_id = session_id
        self._after = after
        self._interrupt_on_exit = interrupt_on_exit
        self._throw_on_failure = throw_on_failure
        self._include = include
        self._main = first or self._follower(include)
        # An iterator reads by `_main`: then `result` reads by a follower of its own, and takes nothing from it.
        self._is_iterated = False
        self._followers = [self._main]
        self._left = False

    @property
    def session_id(self) -> str:
        """The id of the session, with which `agent_runs.attach` takes it up from any process."""
        found = self._session_id or self._main.builder.session_id
        if found is None:
            raise UsageError("The id of the session is not known before its first event.")
        return found

    @property
    def last_event_id(self) -> str | None:
        """The last event that was delivered by the first iterator, or read for the result."""
        return self._main.position.last_event_id

    def __iter__(self) -> Iterator[SessionEvent]:
        """Gives each event once, from the beginning (or `after`) to the end of the session."""
        return Events(self._reader(self._include), shows_text=DELTA in self._include)

    def text_stream(self) -> Iterator[TextDelta]:
        """Gives the text of the answers while models write it, up to the end of the run, or until it waits for a message.

        Each piece is a `str`. With `restarted` the text of its turn that came before is void: `TextJoiner` and `join_text`
        put pieces together as they should be.
        """
        return TextStream(self._reader(tuple({*self._include, DELTA})))

    def result(self) -> RunResult:
        """Waits until the run has ended, or until it waits for the next message of a conversation.

        Raises:
            RunFailedError: With `throw_on_failure`: it ended otherwise than asked.
            BrainstormRouterError: The stream could not be taken up again. The run goes on.
        """
        main = self._main
        if main.builder.result is None and main.failure is None and self._is_iterated:
            main = self._fork()
        main.to_result()
        result = main.builder.result
        if result is None:
            raise UsageError("The session ended without a result.")
        if self._throw_on_failure and not result.ok:
            raise RunFailedError(result)
        return result

    def settled(self) -> Settled:
        """Waits as `result` does, and never raises: what would be raised is in `error`."""
        try:
            return Settled(self.result(), None)
        except RunFailedError as error:
            return Settled(error.result, error)
        except BrainstormRouterError as error:
            return Settled(None, error)

    def send(self, text: str, *, images: Sequence[UserImage] | None = None) -> RunResult:
        """Sends the next message of a conversation (`on_complete="idle"`) and waits for the answer to it.

        An answer that is under way is waited for first.

        Raises:
            ConflictError: The session has ended (`session_ended`).
        """
        self.result()
        self._command(commands.user_message(text, None, images))
        if self._is_iterated:
            self._fork(next_answer=True)
        else:
            self._main.builder = self._main.builder.next_answer()
        return self.result()

    def steer(
        self,
        text: str,
        *,
        expected_turn: int | None = None,
        images: Sequence[UserImage] | None = None,
        **options: Unpack[RequestOptions],
    ) -> InboxReceipt:
        """Says something to the agent in the middle of its work. It is stored when this returns.

        The agent reads it at its next turn boundary.

        Args:
            expected_turn: The message is refused unless the session is at this turn, counted from 0: the one under way or,
                while it waits, the next one. Default: any turn.
            images: Images for the agent to see.

        Raises:
            ConflictError: The session has ended (`session_ended`), or is at another turn (`turn_passed`).
        """
        return self._command(commands.user_message(text, expected_turn, images), options)

    def interrupt(self, *, expected_turn: int | None = None, **options: Unpack[RequestOptions]) -> InboxReceipt:
        """Stops the run at once: it ends with the reason `interrupted`.

        Args:
            expected_turn: As for `steer`.

        Raises:
            ConflictError: The session has ended (`session_ended`), or is at another turn (`turn_passed`).
        """
        return self._command(commands.user_interrupt(expected_turn), options)

    def approve(
        self, tool_use_id: str, *, scope: ApprovalScope | None = None, **options: Unpack[RequestOptions]
    ) -> InboxReceipt:
        """Allows a call that waits for a decision: an entry of `pending` in `session.status_idle`.

        Args:
            scope: `call` (the default): this call. `session`: also later calls of the tool in this session, where the same
                rule asks. `always`: writes a policy that allows the tool, which needs a key with scope `admin`.

        Raises:
            NotFoundError: No such call waits (`no_such_tool_use`).
            ConflictError: It was answered, or came too late (`already_answered`, `approval_expired`).
        """
        return self._command(commands.approval(tool_use_id, scope), options)

    def deny(self, tool_use_id: str, message: str | None = None, **options: Unpack[RequestOptions]) -> InboxReceipt:
        """Denies a call that waits for a decision.

        Args:
            message: What the agent is told.

        Raises:
            NotFoundError: No such call waits (`no_such_tool_use`).
            ConflictError: It was answered, or came too late (`already_answered`, `approval_expired`).
        """
        return self._command(commands.denial(tool_use_id, message), options)

    def detach(self) -> RunPosition:
        """Stops following. The run goes on, also when its `with` is left. Whoever waits for an event gets an `AbortedError`.

        Returns:
            Where another process may go on: `agent_runs.attach(position.session_id, after=position.after)`.
        """
        self._left = True
        self._close()
        return RunPosition(self.session_id, self.last_event_id)

    def leave(self) -> None:
        """Does what leaving the `with` does: interrupts a run that you started and that is not over, and stops following."""
        if self._left:
            return
        self._left = True
        self._close()
        if not self._interrupt_on_exit or any(follower.over for follower in self._followers):
            return
        try:
            self._client._interrupt(self.session_id)
        except BrainstormRouterError as error:
            if error.code != "session_ended":
                self._client._settings.logger.warning("a run that was left may go on: %s", error)

    def __enter__(self) -> Self:
        """Returns the run itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leaves the run: see `leave`."""
        self.leave()

    def _reader(self, include: tuple[str, ...]) -> Follower:
        main = self._main
        if not self._is_iterated and not main.delivered and set(include) <= set(main.include):
            self._is_iterated = True
            return main
        return self._kept(self._follower(include))

    def _follower(self, include: tuple[str, ...]) -> Follower:
        builder = ResultBuilder(session_id=self._session_id)
        return Follower(self._client, position=StreamPosition(self._after), builder=builder, include=include)

    def _fork(self, *, next_answer: bool = False) -> Follower:
        self._main = self._kept(self._main.fork(next_answer=next_answer))
        self._is_iterated = False
        return self._main

    def _kept(self, follower: Follower) -> Follower:
        self._followers = [each for each in self._followers if not each.over or each is self._main]
        self._followers.append(follower)
        return follower

    def _close(self) -> None:
        for follower in self._followers:
            follower.close()

    def _command(self, body: dict[str, Any], options: RequestOptions | None = None) -> InboxReceipt:
        path = path_of("/v1/sessions/{session_id}/events", session_id=self.session_id)
        receipt: InboxReceipt = self._client.request("POST", path, body=body, options=options)
        return receipt


class Events:
    """An iterator over the events of a run."""

    def __init__(self, follower: Follower, *, shows_text: bool) -> None:
        self._follower = follower
        self._shows_text = shows_text

    def __iter__(self) -> Self:
        """Returns itself."""
        return self

    def __next__(self) -> SessionEvent:
        """Waits for the next event."""
        while True:
            event = self._follower.next()
            if event is None:
                raise StopIteration
            # The stream of a run that was started for its text has pieces of it, too.
            if self._shows_text or event.type != DELTA:
                return cast("SessionEvent", event)


class TextStream:
    """An iterator over the text of a run."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._source = TextSource()
        self._pieces: list[TextDelta] = []

    def __iter__(self) -> Self:
        """Returns itself."""
        return self

    def __next__(self) -> TextDelta:
        """Waits for the next piece."""
        while not self._pieces:
            if self._follower.builder.result is not None:
                raise StopIteration
            event = self._follower.next()
            if event is None:
                raise StopIteration
            self._pieces = self._source.pieces_of(event)
        return self._pieces.pop(0)
