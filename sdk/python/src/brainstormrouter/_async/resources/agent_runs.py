"""Operations on sessions under their agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from ..._http.request import RequestOptions, path_of, without_none
from ..._paging import AsyncPager
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import (
        AgentProfile,
        AgentRunsDeleteAnswer,
        AgentRunsListEventsItem,
        AgentRunsSendEventAnswer,
        AgentRunsTranscriptItem,
        AgentRunsTurnContextAnswer,
        AgentRunsTurnDecisionAnswer,
        InboxEvent,
        RewoundSession,
        RunRequest,
        Session,
        SessionWhy,
        TerminatedSessions,
        TurnDiff,
        TurnTimes,
    )
    from ..session_file import AsyncSessionFile


class AsyncAgentRunsOperations(AsyncResource):
    """Operations on the sessions of an agent."""

    async def create(self, agent_id: str, params: RunRequest, **options: Unpack[RequestOptions]) -> Session:
        """Start a session without following it.

        Raises:
            BadRequestError: 400: `unknown_model`, `unknown_tool`.
            BudgetError: 402: `agent_suspended`, `budget_exhausted`.
            PermissionDeniedError: 403: `agent_terminated`.
            NotFoundError: 404: `agent_not_found`, `route_not_found`.
            ConflictError: 409: `no_provider`.
            BadRequestError: 413: `image_too_large`, `message_too_large`, `quota_exceeded`, `too_many_images`.
        """
        answer: Session = await self._client.request(
            "POST", path_of("/v1/agents/{agent_id}/sessions", agent_id=agent_id), body=params, options=options
        )
        return answer

    def list(
        self,
        agent_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["running", "idle", "ended"] | None = None,
        reason: Literal[
            "completed", "max_turns", "budget_exhausted", "interrupted", "idle_timeout", "error", "terminated"
        ]
        | None = None,
        idle_cause: Literal["awaiting_input", "requires_action", "budget", "paused"] | None = None,
        error_code: str | None = None,
        error_text: str | None = None,
        department: str | None = None,
        provider: str | None = None,
        model: str | None = None,
        tool: str | None = None,
        metadata_key: str | None = None,
        metadata_value: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
        ended_after: str | None = None,
        ended_before: str | None = None,
        last_event_after: str | None = None,
        last_event_before: str | None = None,
        min_cost_usd: float | None = None,
        min_turns: int | None = None,
        sort: Literal["created_at", "ended_at", "last_event_at", "cost_usd", "turns"] | None = None,
        order: Literal["desc", "asc"] | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[Session]:
        """List the sessions of an agent that filters find, newest first.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.
            error_code: `error.code` of sessions that ended with an error.
            error_text: Words that the message of the error has, all of them, in any order.
            department: The department that the agent of the session has now.
            provider: A provider that was chosen for a turn, by its name.
            model: A model that was chosen for a turn; with `provider`: of that provider.
            tool: A tool that was called, or whose call was refused: `server/tool`, or the name that models see.
            metadata_key: A key of `metadata`.
            metadata_value: The value of `metadata_key`: a text, or a number or boolean as it is written in JSON.
            sort: What the list is sorted by. Default: `created_at`. By `ended_at`, sessions that live count as if they
                ended last of all.
            order: `desc` (the default): the newest, the dearest or the longest first.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
            NotFoundError: 404: `agent_not_found`, `route_not_found`.
        """
        return self._client.get_page(
            path_of("/v1/agents/{agent_id}/sessions", agent_id=agent_id),
            {
                "limit": limit,
                "cursor": cursor,
                "status": status,
                "reason": reason,
                "idle_cause": idle_cause,
                "error_code": error_code,
                "error_text": error_text,
                "department": department,
                "provider": provider,
                "model": model,
                "tool": tool,
                "metadata_key": metadata_key,
                "metadata_value": metadata_value,
                "created_after": created_after,
                "created_before": created_before,
                "ended_after": ended_after,
                "ended_before": ended_before,
                "last_event_after": last_event_after,
                "last_event_before": last_event_before,
                "min_cost_usd": min_cost_usd,
                "min_turns": min_turns,
                "sort": sort,
                "order": order,
            },
            options,
        )

    async def send_event(
        self, agent_id: str, session_id: str, event: InboxEvent, **options: Unpack[RequestOptions]
    ) -> AgentRunsSendEventAnswer:
        """Steer a session: a message, an interrupt, a confirmation.

        Raises:
            BadRequestError: 400: `unknown_event_type`.
            NotFoundError: 404: `no_such_tool_use`, `route_not_found`, `session_not_found`.
            ConflictError: 409: `already_answered`, `approval_expired`, `policy_outranked`, `session_ended`,
                `session_interrupted`.
            BadRequestError: 413: `image_too_large`, `message_too_large`, `quota_exceeded`, `too_many_images`.
        """
        answer: AgentRunsSendEventAnswer = await self._client.request(
            "POST",
            path_of("/v1/agents/{agent_id}/sessions/{session_id}/events", agent_id=agent_id, session_id=session_id),
            body=event,
            options=options,
        )
        return answer

    def list_events(
        self,
        agent_id: str,
        session_id: str,
        *,
        after: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        types: Sequence[str] | str | None = None,
        include: Sequence[str] | str | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[AgentRunsListEventsItem]:
        """Read the event log: a list, or the live stream with `Accept: text/event-stream`.

        Args:
            after: The id of the last frame that the client has: a `seq`, or the id of a text delta or of a summary. 0
                is the beginning.
            cursor: `next_cursor` of the page before. It wins over `after`.
            limit: How many items a page has at most. Default: 100.
            types: Only events of these types, separated by commas. Empty or absent: all.
            include: More types, separated by commas. `agent.message_delta`: a stream also carries the text of an answer
                while a model writes it. `session.compacted`: a stream and the list also show the summaries of earlier
                turns.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
            NotFoundError: 404: `route_not_found`, `session_not_found`.
        """
        return self._client.get_page(
            path_of("/v1/agents/{agent_id}/sessions/{session_id}/events", agent_id=agent_id, session_id=session_id),
            {"after": after, "cursor": cursor, "limit": limit, "types": types, "include": include},
            options,
        )

    async def get(self, agent_id: str, session_id: str, **options: Unpack[RequestOptions]) -> Session:
        """Read a session.

        Raises:
            NotFoundError: 404: `route_not_found`, `session_not_found`.
        """
        answer: Session = await self._client.request(
            "GET",
            path_of("/v1/agents/{agent_id}/sessions/{session_id}", agent_id=agent_id, session_id=session_id),
            options=options,
        )
        return answer

    async def why(self, agent_id: str, session_id: str, **options: Unpack[RequestOptions]) -> SessionWhy:
        """Say why a session stands where it stands, and what would have it go on.

        Raises:
            NotFoundError: 404: `route_not_found`, `session_not_found`.
        """
        answer: SessionWhy = await self._client.request(
            "GET",
            path_of("/v1/agents/{agent_id}/sessions/{session_id}/why", agent_id=agent_id, session_id=session_id),
            options=options,
        )
        return answer

    async def update(
        self,
        agent_id: str,
        session_id: str,
        *,
        budget_cap_usd: float | None = None,
        max_turns: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        **options: Unpack[RequestOptions],
    ) -> Session:
        """Change the cap, the turns or the metadata of a live session.

        Raises:
            NotFoundError: 404: `route_not_found`, `session_not_found`.
            ConflictError: 409: `session_ended`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: Session = await self._client.request(
            "PATCH",
            path_of("/v1/agents/{agent_id}/sessions/{session_id}", agent_id=agent_id, session_id=session_id),
            body=without_none({"budget_cap_usd": budget_cap_usd, "max_turns": max_turns, "metadata": metadata}),
            options=options,
        )
        return answer

    async def delete(self, agent_id: str, session_id: str, **options: Unpack[RequestOptions]) -> AgentRunsDeleteAnswer:
        """Erase an ended session.

        Raises:
            NotFoundError: 404: `route_not_found`, `session_not_found`.
            ConflictError: 409: `session_not_ended`.
        """
        answer: AgentRunsDeleteAnswer = await self._client.request(
            "DELETE",
            path_of("/v1/agents/{agent_id}/sessions/{session_id}", agent_id=agent_id, session_id=session_id),
            options=options,
        )
        return answer

    async def terminate(self, agent_id: str, session_id: str, **options: Unpack[RequestOptions]) -> Session:
        """End a live session at once, whatever it is doing.

        Raises:
            NotFoundError: 404: `route_not_found`, `session_not_found`.
            ConflictError: 409: `session_ended`.
        """
        answer: Session = await self._client.request(
            "POST",
            path_of("/v1/agents/{agent_id}/sessions/{session_id}/terminate", agent_id=agent_id, session_id=session_id),
            options=options,
        )
        return answer

    async def pause(self, agent_id: str, session_id: str, **options: Unpack[RequestOptions]) -> Session:
        """Have a live session pause at its next boundary.

        Raises:
            NotFoundError: 404: `route_not_found`, `session_not_found`.
            ConflictError: 409: `session_ended`.
        """
        answer: Session = await self._client.request(
            "POST",
            path_of("/v1/agents/{agent_id}/sessions/{session_id}/pause", agent_id=agent_id, session_id=session_id),
            options=options,
        )
        return answer

    async def resume(self, agent_id: str, session_id: str, **options: Unpack[RequestOptions]) -> Session:
        """Have a paused session go on.

        Raises:
            NotFoundError: 404: `route_not_found`, `session_not_found`.
            ConflictError: 409: `agent_paused`, `session_ended`, `tenant_paused`.
        """
        answer: Session = await self._client.request(
            "POST",
            path_of("/v1/agents/{agent_id}/sessions/{session_id}/resume", agent_id=agent_id, session_id=session_id),
            options=options,
        )
        return answer

    async def terminate_all(self, agent_id: str, **options: Unpack[RequestOptions]) -> TerminatedSessions:
        """End the live sessions of an agent at once: at most 500 in one request.

        Raises:
            NotFoundError: 404: `agent_not_found`, `route_not_found`.
        """
        answer: TerminatedSessions = await self._client.request(
            "POST", path_of("/v1/agents/{agent_id}/sessions/terminate", agent_id=agent_id), options=options
        )
        return answer

    async def pause_all(self, agent_id: str, **options: Unpack[RequestOptions]) -> AgentProfile:
        """Have all sessions of an agent pause, also those that are started meanwhile.

        Raises:
            NotFoundError: 404: `agent_not_found`, `route_not_found`.
        """
        answer: AgentProfile = await self._client.request(
            "POST", path_of("/v1/agents/{agent_id}/sessions/pause", agent_id=agent_id), options=options
        )
        return answer

    async def resume_all(self, agent_id: str, **options: Unpack[RequestOptions]) -> AgentProfile:
        """Have the sessions of a paused agent go on, but for those that are paused by themselves.

        Raises:
            NotFoundError: 404: `agent_not_found`, `route_not_found`.
            ConflictError: 409: `tenant_paused`.
        """
        answer: AgentProfile = await self._client.request(
            "POST", path_of("/v1/agents/{agent_id}/sessions/resume", agent_id=agent_id), options=options
        )
        return answer

    async def retry(
        self,
        agent_id: str,
        session_id: str,
        *,
        from_: Literal["failed_stage", "last_turn"] | None = None,
        budget_cap_usd: float | None = None,
        max_turns: int | None = None,
        models: Sequence[str] | None = None,
        unknown_effects: Literal["accept"] | None = None,
        **options: Unpack[RequestOptions],
    ) -> Session:
        """Have an ended session go on, as the same session.

        Raises:
            NotFoundError: 404: `route_not_found`, `session_not_found`.
            ConflictError: 409: `effect_unknown`, `effects_executed`, `no_provider`, `session_completed`,
                `session_not_ended`, `turns_used_up`.
            BudgetError: 402: `agent_suspended`, `budget_exhausted`.
            PermissionDeniedError: 403: `agent_terminated`.
            RateLimitError: 429: `too_many_sessions`.
        """
        answer: Session = await self._client.request(
            "POST",
            path_of("/v1/agents/{agent_id}/sessions/{session_id}/retry", agent_id=agent_id, session_id=session_id),
            body=without_none(
                {
                    "from": from_,
                    "budget_cap_usd": budget_cap_usd,
                    "max_turns": max_turns,
                    "models": models,
                    "unknown_effects": unknown_effects,
                }
            ),
            options=options,
        )
        return answer

    async def rewind(
        self,
        agent_id: str,
        session_id: str,
        *,
        to_turn: int,
        budget_cap_usd: float | None = None,
        max_turns: int | None = None,
        models: Sequence[str] | None = None,
        **options: Unpack[RequestOptions],
    ) -> RewoundSession:
        """Take an idle or ended session back to the end of a turn, in place.

        Raises:
            BadRequestError: 400: `unknown_model`.
            NotFoundError: 404: `agent_not_found`, `route_not_found`, `session_not_found`.
            ConflictError: 409: `no_provider`, `session_is_replay`, `session_running`, `turn_not_finished`, `turns_used_up`.
            BudgetError: 402: `agent_suspended`, `budget_exhausted`.
            PermissionDeniedError: 403: `agent_terminated`.
            RateLimitError: 429: `too_many_sessions`.
        """
        answer: RewoundSession = await self._client.request(
            "POST",
            path_of("/v1/agents/{agent_id}/sessions/{session_id}/rewind", agent_id=agent_id, session_id=session_id),
            body=without_none(
                {
                    "to_turn": to_turn,
                    "budget_cap_usd": budget_cap_usd,
                    "max_turns": max_turns,
                    "models": models,
                }
            ),
            options=options,
        )
        return answer

    async def fork(
        self,
        agent_id: str,
        session_id: str,
        *,
        from_turn: int,
        message: str | None = None,
        max_turns: int | None = None,
        budget_cap_usd: float | None = None,
        models: Sequence[str] | None = None,
        tools: Sequence[str] | None = None,
        context: Mapping[str, Mapping[str, str] | None] | None = None,
        metadata: Mapping[str, Any] | None = None,
        **options: Unpack[RequestOptions],
    ) -> Session:
        """Start a session that begins with the transcript of this one, up to a turn.

        Args:
            context: What its own turns read in place of the documents of its agent: texts by name, by kind
                (`soul`, `skill`, `reference`).

        Raises:
            BadRequestError: 400: `unknown_model`, `unknown_tool`.
            NotFoundError: 404: `agent_not_found`, `route_not_found`, `session_not_found`.
            ConflictError: 409: `no_provider`, `turn_not_finished`.
            BudgetError: 402: `agent_suspended`, `budget_exhausted`.
            PermissionDeniedError: 403: `agent_terminated`.
            BadRequestError: 413: `message_too_large`.
            RateLimitError: 429: `too_many_sessions`.
        """
        answer: Session = await self._client.request(
            "POST",
            path_of("/v1/agents/{agent_id}/sessions/{session_id}/fork", agent_id=agent_id, session_id=session_id),
            body=without_none(
                {
                    "from_turn": from_turn,
                    "message": message,
                    "max_turns": max_turns,
                    "budget_cap_usd": budget_cap_usd,
                    "models": models,
                    "tools": tools,
                    "context": context,
                    "metadata": metadata,
                }
            ),
            options=options,
        )
        return answer

    def forks(
        self,
        agent_id: str,
        session_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[Session]:
        """List the forks of a session, newest first.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
            NotFoundError: 404: `route_not_found`, `session_not_found`.
        """
        return self._client.get_page(
            path_of("/v1/agents/{agent_id}/sessions/{session_id}/forks", agent_id=agent_id, session_id=session_id),
            {"limit": limit, "cursor": cursor},
            options,
        )

    def transcript(
        self,
        agent_id: str,
        session_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[AgentRunsTranscriptItem]:
        """Read the conversation, a page of turns at a time.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
            NotFoundError: 404: `route_not_found`, `session_not_found`.
        """
        return self._client.get_page(
            path_of("/v1/agents/{agent_id}/sessions/{session_id}/transcript", agent_id=agent_id, session_id=session_id),
            {"limit": limit, "cursor": cursor},
            options,
        )

    async def replay(
        self,
        agent_id: str,
        session_id: str,
        *,
        from_turn: int | None = None,
        tools: Literal["recorded", "recorded_or_read", "live"] | None = None,
        on_missing: Literal["stop", "error_result"] | None = None,
        models: Literal["recorded"] | Sequence[str] | None = None,
        context: Mapping[str, Mapping[str, str] | None] | None = None,
        policy: Mapping[str, Any] | None = None,
        seed: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> Session:
        """Give the messages of an ended session to a new one, with the recorded results of its tool calls.

        Args:
            from_turn: The first turn that is played again. Default: the first of all.
            tools: Where results of tool calls come from. Default: the recording alone.
            on_missing: What follows a call that has no recorded result. Default: the replay stops.
            models: The models that may be chosen, or `recorded`: then the answers are the recorded ones.
            context: What its turns read in place of the documents of the agent: texts by name, by kind
                (`soul`, `skill`, `reference`).
            policy: The policies by which its calls are judged, in place of those of the agent.
            seed: What the choices of models are drawn from.

        Raises:
            NotFoundError: 404: `agent_not_found`, `route_not_found`, `session_not_found`.
            ConflictError: 409: `no_provider`, `session_not_ended`, `session_not_replayable`.
            BudgetError: 402: `agent_suspended`, `budget_exhausted`.
            PermissionDeniedError: 403: `agent_terminated`.
            RateLimitError: 429: `too_many_sessions`.
        """
        answer: Session = await self._client.request(
            "POST",
            path_of("/v1/agents/{agent_id}/sessions/{session_id}/replay", agent_id=agent_id, session_id=session_id),
            body=without_none(
                {
                    "from_turn": from_turn,
                    "tools": tools,
                    "on_missing": on_missing,
                    "models": models,
                    "context": context,
                    "policy": policy,
                    "seed": seed,
                }
            ),
            options=options,
        )
        return answer

    def diff(
        self,
        agent_id: str,
        session_id: str,
        *,
        with_: str,
        limit: int | None = None,
        cursor: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[TurnDiff]:
        """Compare a session with another one, turn by turn.

        Args:
            with_: The session that it is compared with.
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
            NotFoundError: 404: `route_not_found`, `session_not_found`.
        """
        return self._client.get_page(
            path_of("/v1/agents/{agent_id}/sessions/{session_id}/diff", agent_id=agent_id, session_id=session_id),
            {"with": with_, "limit": limit, "cursor": cursor},
            options,
        )

    async def turn(self, agent_id: str, session_id: str, turn: int, **options: Unpack[RequestOptions]) -> TurnTimes:
        """Show where the time of a turn went: its stages, requests to models and tool calls.

        Raises:
            NotFoundError: 404: `route_not_found`, `session_not_found`, `turn_not_found`.
        """
        answer: TurnTimes = await self._client.request(
            "GET",
            path_of(
                "/v1/agents/{agent_id}/sessions/{session_id}/turns/{turn}",
                agent_id=agent_id,
                session_id=session_id,
                turn=str(turn),
            ),
            options=options,
        )
        return answer

    async def turn_decision(
        self, agent_id: str, session_id: str, turn: int, **options: Unpack[RequestOptions]
    ) -> AgentRunsTurnDecisionAnswer:
        """Explain why a turn was given its model, and what it cost.

        Raises:
            NotFoundError: 404: `route_not_found`, `session_not_found`, `turn_not_found`.
        """
        answer: AgentRunsTurnDecisionAnswer = await self._client.request(
            "GET",
            path_of(
                "/v1/agents/{agent_id}/sessions/{session_id}/turns/{turn}/decision",
                agent_id=agent_id,
                session_id=session_id,
                turn=str(turn),
            ),
            options=options,
        )
        return answer

    async def turn_context(
        self, agent_id: str, session_id: str, turn: int, *, diff: str | None = None, **options: Unpack[RequestOptions]
    ) -> AgentRunsTurnContextAnswer:
        """Show what a turn read, source by source, and what changed since an earlier turn.

        Args:
            diff: An earlier turn: `diff` then says what changed since.

        Raises:
            NotFoundError: 404: `route_not_found`, `session_not_found`, `turn_not_found`.
        """
        answer: AgentRunsTurnContextAnswer = await self._client.request(
            "GET",
            path_of(
                "/v1/agents/{agent_id}/sessions/{session_id}/turns/{turn}/context",
                agent_id=agent_id,
                session_id=session_id,
                turn=str(turn),
            ),
            query={"diff": diff},
            options=options,
        )
        return answer

    async def export(self, agent_id: str, session_id: str, **options: Unpack[RequestOptions]) -> AsyncSessionFile:
        """Export an ended session as a file, which is read as it comes, or saved with its method `save`.

        Raises:
            ConflictError: 409: `session_not_ended`.
            NotFoundError: 404: `route_not_found`, `session_not_found`.
        """
        return await self._client.open_file(
            path_of("/v1/agents/{agent_id}/sessions/{session_id}/export", agent_id=agent_id, session_id=session_id),
            options,
        )

    async def artifact(
        self, agent_id: str, session_id: str, artifact_id: str, **options: Unpack[RequestOptions]
    ) -> bytes:
        """Read an image or a file of a tool, or the whole of a tool result of which the model was given only the beginning.

        Raises:
            NotFoundError: 404: `artifact_not_found`, `route_not_found`, `session_not_found`.
        """
        answer: bytes = await self._client.request(
            "GET",
            path_of(
                "/v1/agents/{agent_id}/sessions/{session_id}/artifacts/{artifact_id}",
                agent_id=agent_id,
                session_id=session_id,
                artifact_id=artifact_id,
            ),
            options=options,
            read_as="bytes",
        )
        return answer
