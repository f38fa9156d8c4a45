"""Runs of agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

import httpx

from .._closing import async_close_response
from .._errors import BrainstormRouterError
from .._events.event import DELTA
from .._http.answer import foreign_answer, media_type_of
from .._http.request import RequestOptions, RequestSpec, path_of, split_options, without_none
from .._run.result import ResultBuilder, RunResult
from .._starting import AsyncStarting
from .follower import AsyncFollower
from .resources.agent_runs import AsyncAgentRunsOperations
from .run import AsyncRun

if TYPE_CHECKING:
    from ..types import RunRequest, Session, UserImage

OnExit = Literal["interrupt", "detach"]
IncludedType = Literal["agent.message_delta", "session.compacted"]


class AsyncAgentRuns(AsyncAgentRunsOperations):
    """Runs: start one, follow it, take it up again."""

    async def run(
        self,
        agent_id: str,
        *,
        message: str,
        throw_on_failure: bool = False,
        images: Sequence[UserImage] | None = None,
        max_turns: int | None = None,
        budget_cap_usd: float | None = None,
        context_tokens: int | None = None,
        max_output_tokens: int | None = None,
        on_complete: Literal["end", "idle"] | None = None,
        on_budget: Literal["stop", "ask", "downgrade"] | None = None,
        idle_timeout_s: float | None = None,
        approval_timeout_s: float | None = None,
        models: Sequence[str] | None = None,
        tools: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> RunResult:
        """Starts a run, once, and waits for its result, over any number of broken connections.

        A cancellation, or Ctrl-C, interrupts the run.

        Args:
            message: What the agent is asked to do.
            throw_on_failure: Raises `RunFailedError` when the run ends otherwise than asked. Default: `reason` says so.
            images: Images for the agent to see.
            max_turns: The most turns of the run. Default: 10.
            budget_cap_usd: The most that the run may spend, in US dollars. Default: no cap of its own.
            context_tokens: The most tokens of a prompt. Default: what the agent has, else what the model can read.
            max_output_tokens: The most tokens of an answer. Default: what the agent has, else what the model can write.
            on_complete: What follows an answer: the session ends (`end`, the default), or it waits for the next message
                (`idle`). The result of such a run has the reason `idle`: see `stream` and `send`.
            on_budget: What follows at the end of the money: `stop` (the default), `ask` or `downgrade`.
            idle_timeout_s: How many seconds an idle session waits. Default: 1800.
            approval_timeout_s: How many seconds a call waits for an approval. Default: `idle_timeout_s`.
            models: Only these models may be chosen: `id`, `provider/id` or `provider/*`.
            tools: Only these tools are offered: globs over their names.
            metadata: Anything of yours that is kept with the session.
            **more: Fields of the body that this version does not know, and the options of any request (`timeout`,
                `max_retries`, `extra_headers`, `extra_query`, `idempotency_key`). Two runs with the same
                `idempotency_key` within 24 hours are one run.

        Raises:
            ApiError: The run could not be started, as with `no_provider` (409) or `budget_exhausted` (402).
            ApiConnectionError: The service could not be reached, or the stream could not be taken up again; then
                `session_id` and `last_event_id` say where `attach` goes on.
            RunFailedError: With `throw_on_failure`.
        """
        fields = {**_fields(locals()), **more}
        async with await self._start(agent_id, fields, None, "interrupt", throw_on_failure) as run:
            result = await run.result()
            if result.reason == "idle":
                await run.detach()
            return result

    def stream(
        self,
        agent_id: str,
        *,
        message: str,
        throw_on_failure: bool = False,
        on_exit: OnExit = "interrupt",
        include: Sequence[IncludedType] = (),
        images: Sequence[UserImage] | None = None,
        max_turns: int | None = None,
        budget_cap_usd: float | None = None,
        context_tokens: int | None = None,
        max_output_tokens: int | None = None,
        on_complete: Literal["end", "idle"] | None = None,
        on_budget: Literal["stop", "ask", "downgrade"] | None = None,
        idle_timeout_s: float | None = None,
        approval_timeout_s: float | None = None,
        models: Sequence[str] | None = None,
        tools: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> AsyncStarting[AsyncRun]:
        """Starts a run, once, to follow it while it goes on: its events, its text, and its result.

        Leaving the `with` interrupts the run if it is not over.

        Args:
            on_exit: `detach` lets the run go on when the `with` is left. Default: `interrupt`.
            include: More events for iterators. Default: only the ten types that are in the log.

        The other arguments, and what is raised, are those of `run`.
        """
        fields = {**_fields(locals()), **more}
        return AsyncStarting(self._start(agent_id, fields, tuple(include), on_exit, throw_on_failure))

    async def start(
        self,
        agent_id: str,
        *,
        message: str,
        throw_on_failure: bool = False,
        on_exit: OnExit = "interrupt",
        include: Sequence[IncludedType] = (),
        images: Sequence[UserImage] | None = None,
        max_turns: int | None = None,
        budget_cap_usd: float | None = None,
        context_tokens: int | None = None,
        max_output_tokens: int | None = None,
        on_complete: Literal["end", "idle"] | None = None,
        on_budget: Literal["stop", "ask", "downgrade"] | None = None,
        idle_timeout_s: float | None = None,
        approval_timeout_s: float | None = None,
        models: Sequence[str] | None = None,
        tools: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> AsyncRun:
        """Starts a run, once, without following it. The handle can do so later.

        The arguments, and what is raised, are those of `stream`.
        """
        fields = {**_fields(locals()), **more}
        body, options = split_options(without_none(fields))
        session: Session = await self.create(agent_id, cast("RunRequest", body), **options)
        return AsyncRun(
            self._client,
            session_id=session["id"],
            interrupt_on_exit=on_exit == "interrupt",
            throw_on_failure=throw_on_failure,
            include=tuple(include),
        )

    def attach(
        self,
        session_id: str,
        *,
        after: str | int | None = None,
        throw_on_failure: bool = False,
        on_exit: OnExit = "detach",
        include: Sequence[IncludedType] = (),
    ) -> AsyncRun:
        """Takes up a run that was started anywhere, at any time. No request is sent before the run is read.

        Args:
            after: The `id` of the last event that you have. Default: events come from the beginning.
            throw_on_failure: `result` raises `RunFailedError` when the run ends otherwise than asked.
            on_exit: `interrupt` ends the run when the `with` is left. Default: `detach`.
            include: More events for iterators. Default: only the ten types that are in the log.
        """
        return AsyncRun(
            self._client,
            session_id=session_id,
            after=None if after is None else str(after),
            interrupt_on_exit=on_exit == "interrupt",
            throw_on_failure=throw_on_failure,
            include=tuple(include),
        )

    async def _start(
        self,
        agent_id: str,
        fields: Mapping[str, Any],
        include: tuple[str, ...] | None,
        on_exit: OnExit,
        throw_on_failure: bool,
    ) -> AsyncRun:
        body, options = split_options(without_none(fields))
        client = self._client
        carried = () if include is None else tuple(dict.fromkeys((*include, DELTA)))
        spec = client._spec(
            "POST",
            path_of("/v1/agents/{agent_id}/run", agent_id=agent_id),
            query={"include": carried or None},
            body=body,
            headers={"accept": "text/event-stream"},
            options=options,
        )

        async def abandon() -> None:
            await self._abandon(spec)

        async def open_stream() -> httpx.Response:
            response = await client._transport.open(client._settings, spec, client._settings.silence_timeout, abandon)
            if media_type_of(response.headers) != "text/event-stream":
                await async_close_response(response)
                raise foreign_answer(response.status_code, response.headers)
            return response

        response = await open_stream()
        session_id = response.headers.get("x-session-id")
        follower = AsyncFollower(
            client, builder=ResultBuilder(session_id=session_id), include=carried, start_again=open_stream
        )
        follower.begin_with(response)
        return AsyncRun(
            client,
            session_id=session_id,
            first=follower,
            interrupt_on_exit=on_exit == "interrupt",
            throw_on_failure=throw_on_failure,
            include=include or (),
        )

    async def _abandon(self, spec: RequestSpec) -> None:
        """Interrupts a run whose start was given up before its answer came. Its key finds it, and starts no second one."""
        options: RequestOptions = {"timeout": 5.0, "max_retries": 0}
        client = self._client
        settings = client._settings
        again = RequestSpec(
            method=spec.method,
            url=spec.url,
            headers={**spec.headers, "accept": "application/json", "prefer": "respond-async"},
            content=spec.content,
            timeout=options["timeout"],
            max_retries=options["max_retries"],
            path=spec.path,
        )
        try:
            response, _ = await client._transport.call(settings, again, "bytes")
            session_id = response.headers.get("x-session-id")
            if session_id is not None:
                await client._interrupt(session_id)
        except BrainstormRouterError as error:
            settings.logger.warning("a run that was given up may have been started: %s", error)


_NO_FIELDS = frozenset({"self", "agent_id", "throw_on_failure", "on_exit", "include", "more"})


def _fields(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the arguments of a method that are fields of the body."""
    return {name: value for name, value in arguments.items() if name not in _NO_FIELDS}
