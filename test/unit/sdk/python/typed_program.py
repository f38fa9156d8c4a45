"""A program that mypy reads as a user's: what it knows about events, results, pages and options."""

from __future__ import annotations

from typing_extensions import assert_type

from brainstormrouter import AsyncBrainstormRouter, AsyncPage, AsyncRun, BrainstormRouter, RunResult, TextDelta
from brainstormrouter.types import AgentMessageData, Provider, Session, SessionStatusEndedData


def follow(client: BrainstormRouter) -> str:
    """`data` is known by `type`."""
    with client.agent_runs.stream("a", message="Hi.", max_turns=3, timeout=5) as run:
        for event in run:
            if event.type == "agent.message":
                assert_type(event.data, AgentMessageData)
            elif event.type == "session.status_ended":
                assert_type(event.data, SessionStatusEndedData)
            else:
                assert_type(event.id, str | None)
        for piece in run.text_stream():
            assert_type(piece, TextDelta)
        return run.send("And?").text


def manage(client: BrainstormRouter) -> None:
    """Items of pages and answers have their types."""
    for provider in client.providers.list(limit=5):
        assert_type(provider, Provider)
    assert_type(client.sessions.get("sess_1", max_retries=0), Session)
    assert_type(client.with_options(timeout=None), BrainstormRouter)


async def both(client: AsyncBrainstormRouter) -> RunResult:
    """The asynchronous client, too."""
    async for provider in client.providers.list():
        assert_type(provider, Provider)
    assert_type(await client.providers.list(), AsyncPage[Provider])
    async with client.agent_runs.stream("a", message="Hi.") as run:
        assert_type(run, AsyncRun)
    assert_type(await client.agent_runs.stream("a", message="Hi."), AsyncRun)
    return await client.agent_runs.run("a", message="Hi.")
