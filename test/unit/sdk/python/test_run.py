"""What a run is. How streams break is in the wire cases, which both SDKs play."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Answering, Scripted, whole

from brainstormrouter import (
    AbortedError,
    ApiConnectionError,
    AsyncBrainstormRouter,
    BrainstormRouter,
    ConflictError,
    NotFoundError,
    RunFailedError,
    UsageError,
    join_text,
)

QUEUED = {"id": "evt_1", "inbox_seq": 1, "status": "queued"}
TEXT = "Kites: ä 漢 🪁."


def client_of(server: Scripted, **options: Any) -> BrainstormRouter:
    """A client of the scripted server."""
    return BrainstormRouter(api_key="brk_x", base_url=server.url, **options)


def streams(*ranges: tuple[int, int], held: bool = False) -> Callable[[Answering], None]:
    """A stream of these parts of the log."""

    def answer(answering: Answering) -> None:
        answering.begin_stream()
        for first, last in ranges:
            answering.events(first, last)
        if held:
            answering.hold()

    return answer


def queued(answering: Answering) -> None:
    """A command that was taken."""
    answering.json(202, QUEUED)


def paths(server: Scripted) -> list[str]:
    """What was asked for."""
    return [f"{asked.method} {asked.path}" for asked in server.asked]


def test_a_run_blocks_and_returns_its_result(server: Scripted) -> None:
    """Everything that a run came to; fields that were not given are not sent."""
    server.script = [whole]
    result = client_of(server).agent_runs.run("a/b", message="Hi.", max_turns=3, budget_cap_usd=0.5, new_field=[1])
    assert (result.session_id, result.reason, result.text, result.ok) == ("sess_1", "completed", TEXT, True)
    assert (result.total_turns, result.total_cost_usd, result.duration_ms, result.savings_usd) == (1, 0.25, 1200, 0.5)
    assert (result.usage.input_tokens, result.usage.output_tokens, result.usage.cache_read_tokens) == (3, 4, 1)
    assert [message["text"] for message in result.messages] == [TEXT]
    assert paths(server) == ["POST /v1/agents/a%2Fb/run"]
    assert server.asked[0].body == {"message": "Hi.", "max_turns": 3, "budget_cap_usd": 0.5, "new_field": [1]}


def test_a_run_goes_on_where_its_stream_broke(server: Scripted) -> None:
    """Events come once; the place is sent back."""
    server.script = [streams((1, 2)), streams((1, 3)), streams((4, 5))]
    with client_of(server).agent_runs.stream("a", message="Hi.") as run:
        events = list(run)
        assert run.result().text == TEXT
    assert [event.id for event in events] == ["1", "2", "3", "4", "5"]
    assert [asked.headers.get("last-event-id") for asked in server.asked] == [None, "2", "3"]
    assert server.asked[0].path.endswith("?include=agent.message_delta")


def test_leaving_interrupts_what_you_started_and_only_detaches_from_what_you_attached_to(server: Scripted) -> None:
    """Both can be said otherwise; a run that is over needs nothing; an exception leaves, too."""
    held = streams((1, 2), held=True)
    client = client_of(server)
    cases: list[tuple[Callable[[], Any], list[Callable[[Answering], None]], bool]] = [
        (lambda: client.agent_runs.stream("a", message="Hi."), [held, queued], True),
        (lambda: client.agent_runs.stream("a", message="Hi.", on_exit="detach"), [held], False),
        (lambda: client.agent_runs.attach("sess_1"), [held], False),
        (lambda: client.agent_runs.attach("sess_1", on_exit="interrupt"), [held, queued], True),
    ]
    for made, script, interrupts in cases:
        server.asked.clear()
        server.script = list(script)
        with contextlib.suppress(ZeroDivisionError), made() as run:
            next(iter(run))
            raise ZeroDivisionError
        last = server.asked[-1]
        assert (last.body == {"type": "user.interrupt"}) is interrupts
        assert len(server.asked) == len(script)
    server.asked.clear()
    server.script = [whole]
    with client.agent_runs.stream("a", message="Hi.") as run:
        run.result()
    assert len(server.asked) == 1


def test_detaching_lets_a_run_go_on_and_says_where(server: Scripted) -> None:
    """Another process goes on there."""
    server.script = [streams((1, 3), held=True), streams((4, 5))]
    client = client_of(server)
    with client.agent_runs.stream("a", message="Hi.") as run:
        iterator = iter(run)
        assert [next(iterator).id, next(iterator).id] == ["1", "2"]
        position = run.detach()
        with pytest.raises(AbortedError):
            next(iterator)
    assert (position.session_id, position.after) == ("sess_1", "2")
    later = client.agent_runs.attach(position.session_id, after=position.after)
    assert [event.id for event in later] == ["4", "5"]
    assert server.asked[1].headers["last-event-id"] == "2"


def test_another_thread_may_detach_while_one_waits(server: Scripted) -> None:
    """The one that waits is told."""
    server.script = [streams((1, 1), held=True)]
    run = client_of(server).agent_runs.stream("a", message="Hi.")
    iterator = iter(run)
    next(iterator)
    timer = threading.Timer(0.05, run.detach)
    timer.start()
    with pytest.raises(AbortedError):
        next(iterator)
    timer.join()


def test_every_iterator_sees_everything_and_the_result_takes_nothing(server: Scripted) -> None:
    """An iterator that stopped early, one that begins late, and the result."""
    server.script = [streams((1, 5)), streams((3, 5)), whole]
    with client_of(server).agent_runs.stream("a", message="Hi.") as run:
        early = iter(run)
        assert [next(early).id, next(early).id] == ["1", "2"]
        assert run.result().text == TEXT
        assert [event.id for event in early] == ["3", "4", "5"]
        assert [event.id for event in run] == ["1", "2", "3", "4", "5"]
    assert [asked.headers.get("last-event-id") for asked in server.asked] == [None, "2", None]


def test_commands_steer_a_run(server: Scripted) -> None:
    """Each is one event of the inbox; what a later version takes is sent only where it is said."""
    server.script = [queued] * 6
    run = client_of(server).agent_runs.attach("sess_1")
    assert run.steer("Also storms.", expected_turn=0) == QUEUED
    run.steer("And rain.")
    run.interrupt(expected_turn=2, idempotency_key="k")
    run.approve("call_1", scope="session")
    run.deny("call_2", "Not that.")
    run.deny("call_3")
    confirmation = {"type": "user.tool_confirmation"}
    assert [asked.body for asked in server.asked] == [
        {"type": "user.message", "text": "Also storms.", "expected_turn": 0},
        {"type": "user.message", "text": "And rain."},
        {"type": "user.interrupt", "expected_turn": 2},
        {**confirmation, "tool_use_id": "call_1", "result": "allow", "scope": "session"},
        {**confirmation, "tool_use_id": "call_2", "result": "deny", "deny_message": "Not that."},
        {**confirmation, "tool_use_id": "call_3", "result": "deny"},
    ]
    assert set(paths(server)) == {"POST /v1/sessions/sess_1/events"}
    assert server.asked[2].headers["idempotency-key"] == "k"


TALK: list[tuple[str, Any]] = [
    ("session.status_running", {"sessionId": "sess_1"}),
    ("agent.message", {"text": "One.", "turnIndex": 0, "costUsd": 0.25}),
    ("session.status_idle", {"cause": "awaiting_input", "idleTimeoutMs": 1000}),
    ("session.status_running", {"sessionId": "sess_1"}),
    ("agent.message", {"text": "Two.", "turnIndex": 1, "costUsd": 0.5}),
    ("session.status_idle", {"cause": "awaiting_input", "idleTimeoutMs": 1000}),
    ("session.status_ended", {"reason": "idle_timeout", "totalTurns": 2, "totalCostUsd": 0.75, "durationMs": 9}),
]


def test_a_conversation_gives_a_result_for_each_message(server: Scripted) -> None:
    """What counts for the session goes on; messages and text are of the last answer. What ended says no more."""
    server.log = TALK
    asked = threading.Event()

    def talks(answering: Answering) -> None:
        answering.begin_stream()
        answering.events(1, 3)
        assert asked.wait(20)
        answering.events(4, 7)

    def hears(answering: Answering) -> None:
        queued(answering)
        asked.set()

    def ended(answering: Answering) -> None:
        answering.json(409, {"error": {"message": "Over.", "code": "session_ended"}}, {"x-should-retry": "false"})

    server.script = [talks, hears, ended]
    with client_of(server).agent_runs.stream("a", message="Hi.", on_complete="idle") as run:
        first = run.result()
        second = run.send("And?")
        assert run.result() is second
        with pytest.raises(ConflictError):
            run.send("More?")
    assert [(result.reason, result.text, result.total_turns, result.total_cost_usd) for result in (first, second)] == [
        ("idle", "One.", 1, 0.25),
        ("idle", "Two.", 2, 0.75),
    ]
    assert [message["text"] for message in second.messages] == ["Two."]


def test_a_conversation_may_be_held_from_within_its_events(server: Scripted) -> None:
    """`send` between two events takes none of them from the iterator."""
    server.log = TALK
    server.script = [streams((1, 7)), queued, streams((4, 7))]
    texts = []
    with client_of(server).agent_runs.stream("a", message="Hi.", on_complete="idle") as run:
        for event in run:
            if event.type == "session.status_idle" and not texts:
                texts.append(run.send("And?").text)
            if event.id == "7":
                texts.append(event.data["reason"])
    assert texts == ["Two.", "idle_timeout"]


def test_a_run_of_a_conversation_is_left_waiting(server: Scripted) -> None:
    """`run` returns when the agent waits, and ends nothing."""
    server.log = TALK
    server.script = [streams((1, 3), held=True)]
    result = client_of(server).agent_runs.run("a", message="Hi.", on_complete="idle")
    assert (result.reason, result.text, len(server.asked)) == ("idle", "One.", 1)


def test_a_run_that_ends_badly_says_so_or_raises(server: Scripted) -> None:
    """In `reason`; with `throw_on_failure` as an error, which `settled` returns."""
    server.log = [
        (
            "session.status_ended",
            {"reason": "error", "error": {"code": "model.refused", "message": "The model said no."}},
        )
    ]
    server.script = [streams((1, 1))] * 3
    client = client_of(server)
    assert client.agent_runs.run("a", message="Hi.").reason == "error"
    with pytest.raises(RunFailedError, match="model said no") as caught:
        client.agent_runs.run("a", message="Hi.", throw_on_failure=True)
    assert (caught.value.kind, caught.value.code, caught.value.reason) == ("run", "model.refused", "error")
    with client.agent_runs.stream("a", message="Hi.", throw_on_failure=True) as run:
        settled = run.settled()
    assert settled.result is not None
    assert settled.result.reason == "error"
    assert isinstance(settled.error, RunFailedError)


def test_text_is_streamed_as_it_is_written(server: Scripted) -> None:
    """Over the one connection that the run has; pieces are no events of an iterator that did not ask for them."""

    def writes(answering: Answering) -> None:
        answering.begin_stream()
        answering.events(1, 2)
        for id_, offset, text in (("2.1.7", 0, "Kites: "), ("2.1.13", 7, "ä 漢 🪁")):
            data = f'{{"turnIndex":0,"attempt":1,"offset":{offset},"text":"{text}"}}'
            answering.text(f"id: {id_}\nevent: agent.message_delta\ndata: {data}\n\n")
        answering.events(3, 5)

    server.script = [writes, writes, writes]
    client = client_of(server)
    with client.agent_runs.stream("a", message="Hi.") as run:
        pieces = list(run.text_stream())
        assert run.result().text == TEXT
    assert pieces == ["Kites: ", "ä 漢 🪁", "."]
    assert join_text(pieces) == TEXT
    assert len(server.asked) == 1
    with client.agent_runs.stream("a", message="Hi.") as run:
        assert [event.id for event in run] == ["1", "2", "3", "4", "5"]
    with client.agent_runs.stream("a", message="Hi.", include=["agent.message_delta"]) as run:
        assert [event.id for event in run] == ["1", "2", "2.1.7", "2.1.13", "3", "4", "5"]


def test_a_handle_of_a_run_follows_it_later(server: Scripted) -> None:
    """`start` sends one request."""
    server.script = [lambda answering: answering.json(201, {"id": "sess_7"}), whole]
    run = client_of(server).agent_runs.start("a", message="Hi.", idempotency_key="k")
    assert (run.session_id, len(server.asked)) == ("sess_7", 1)
    assert (server.asked[0].path, server.asked[0].headers["idempotency-key"]) == ("/v1/agents/a/sessions", "k")
    assert run.result().text == TEXT


def test_whoever_comes_behind_the_end_is_told_how_it_was(server: Scripted) -> None:
    """The stream has nothing more, so the session is asked."""
    session = {"status": "ended", "end_reason": "completed", "turns": 2, "cost_usd": 0.5, "last_seq": 5}
    server.script = [streams(), lambda answering: answering.json(200, session)]
    run = client_of(server).agent_runs.attach("sess_1", after=5)
    assert list(run) == []
    result = run.result()
    assert (result.reason, result.total_turns, result.total_cost_usd) == ("completed", 2, 0.5)


def test_a_stream_that_is_given_up_says_where_to_go_on(server: Scripted) -> None:
    """`max_reconnects` connections in a row brought nothing; the error stays the same."""
    server.script = [streams((1, 2)), *([streams()] * 2)]
    with client_of(server, max_reconnects=2).agent_runs.stream("a", message="Hi.", on_exit="detach") as run:
        with pytest.raises(ApiConnectionError) as caught:
            list(run)
        with pytest.raises(ApiConnectionError):
            run.result()
        assert isinstance(run.settled().error, ApiConnectionError)
    assert (caught.value.session_id, caught.value.last_event_id) == ("sess_1", "2")
    assert len(server.asked) == 3


def test_a_session_that_is_erased_is_an_error_at_once(server: Scripted) -> None:
    """No waiting for what will not come."""

    def gone(answering: Answering) -> None:
        answering.json(404, {"error": {"message": "No.", "code": "session_not_found"}})

    server.script = [gone]
    with pytest.raises(NotFoundError):
        client_of(server).agent_runs.attach("sess_1").result()
    assert len(server.asked) == 1


def test_a_run_whose_session_is_not_known_yet_says_so(server: Scripted) -> None:
    """A proxy took the header away: the first event tells."""

    def nameless(answering: Answering) -> None:
        answering.begin_stream(None)
        answering.events(1, 5)

    server.script = [nameless]
    with client_of(server).agent_runs.stream("a", message="Hi.", on_exit="detach") as run:
        with pytest.raises(UsageError):
            _ = run.session_id
        assert run.result().session_id == run.session_id == "sess_1"


def test_messages_are_bounded(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long run costs bounded memory: the oldest messages are left out of the result."""
    monkeypatch.setattr("brainstormrouter._run.result.MAX_MESSAGE_CHARACTERS", 10)
    server.log = [("agent.message", {"text": f"{turn:04}", "turnIndex": turn}) for turn in range(50)]
    server.log.append(("session.status_ended", {"reason": "completed", "totalTurns": 50}))
    server.script = [streams((1, 51))]
    result = client_of(server).agent_runs.run("a", message="Hi.")
    assert [message["text"] for message in result.messages] == ["0048", "0049"]


def test_the_asynchronous_client_follows_runs_as_well(server: Scripted) -> None:
    """`await`, `async with`, `async for`; and many at once."""

    async def follows() -> None:
        async with AsyncBrainstormRouter(api_key="x", base_url=server.url) as client:
            server.script = [streams((1, 2)), streams((3, 5))]
            async with client.agent_runs.stream("a", message="Hi.") as run:
                assert [event.id async for event in run] == ["1", "2", "3", "4", "5"]
                assert (await run.result()).text == TEXT
            server.script = [whole] * 20
            results = await asyncio.gather(*(client.agent_runs.run("a", message="Hi.") for _ in range(20)))
            assert {result.text for result in results} == {TEXT}
            server.script = [whole]
            awaited = await client.agent_runs.stream("a", message="Hi.")
            assert await awaited.settled() == await awaited.settled()
            server.script = [streams((1, 2), held=True), queued]
            server.asked.clear()
            async with client.agent_runs.stream("a", message="Hi.") as run:
                async for _ in run:
                    break
            assert server.asked[-1].body == {"type": "user.interrupt"}

    asyncio.run(follows())


def test_a_task_that_is_cancelled_interrupts_its_run(server: Scripted) -> None:
    """Also where the start was not answered yet: the same key finds the run."""

    def session(answering: Answering) -> None:
        answering.json(202, {"id": "sess_1"}, {"x-session-id": "sess_1"})

    async def cancelled(script: list[Callable[[Answering], None]], asked: int) -> None:
        server.asked.clear()
        server.script = script
        async with AsyncBrainstormRouter(api_key="x", base_url=server.url) as client:
            task = asyncio.create_task(client.agent_runs.run("a", message="Hi."))
            await asyncio.to_thread(server.await_asked, asked)
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert server.asked[-1].body == {"type": "user.interrupt"}

    asyncio.run(cancelled([Answering.hold, session, queued], 1))
    assert server.asked[0].headers["idempotency-key"] == server.asked[1].headers["idempotency-key"]
    assert server.asked[1].headers["prefer"] == "respond-async"


def test_a_run_that_nobody_awaits_warns_of_nothing(server: Scripted, recwarn: pytest.WarningsRecorder) -> None:
    """No task is left behind, and no exception that nobody retrieved."""

    async def dropped() -> None:
        async with AsyncBrainstormRouter(api_key="x", base_url=server.url) as client:
            server.script = [streams((1, 2))]
            run = await client.agent_runs.stream("a", message="Hi.")
            await anext(aiter(run))
            await run.detach()
            assert len(asyncio.all_tasks()) == 1

    # What earlier tests left behind is theirs.
    gc.collect()
    recwarn.clear()
    asyncio.run(dropped())
    gc.collect()
    assert [str(warning.message) for warning in recwarn] == []
