"""What a client does with one request."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from conftest import Answering, Scripted

import brainstormrouter
from brainstormrouter import (
    ApiConnectionError,
    ApiError,
    ApiTimeoutError,
    AsyncBrainstormRouter,
    BrainstormRouter,
    ProtocolError,
    UsageError,
)
from brainstormrouter._async.transport import AsyncTransport


def client_of(server: Scripted, **options: Any) -> BrainstormRouter:
    """A client of the scripted server."""
    return BrainstormRouter(api_key="brk_secret", base_url=server.url, **options)


def says(status: int, body: Any = None, **headers: str) -> Callable[[Answering], None]:
    """An answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda answering: answering.json(status, body, named)


def refuses(status: int, code: str = "some_code", **headers: str) -> Callable[[Answering], None]:
    """A refusal."""
    return says(
        status, {"error": {"message": "No.", "type": "some_error", "code": code, "request_id": "req_9"}}, **headers
    )


def breaks(answering: Answering) -> None:
    """No answer."""
    answering.close_connection = True


def test_a_request_has_what_the_service_wants(server: Scripted) -> None:
    """Key, type, user agent, query and body."""
    server.script = [says(200, {"ok": True})]
    client = client_of(server, default_headers={"X-A": "1"}, default_query={"q": "ä &"})
    assert client.post("/v1/x?y=1", {"text": "漢"}, extra_headers={"x-b": "2"}) == {"ok": True}
    asked = server.asked[0]
    assert asked.path == "/v1/x?y=1&q=%C3%A4+%26"
    assert asked.body == {"text": "漢"}
    assert asked.headers["authorization"] == "Bearer brk_secret"
    assert (asked.headers["x-a"], asked.headers["x-b"]) == ("1", "2")
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["user-agent"].startswith(f"brainstormrouter-python/{brainstormrouter.__version__} ")
    assert "x-retry-count" not in asked.headers


def test_a_post_keeps_its_key_over_retries(server: Scripted) -> None:
    """Each call has one of its own; a caller may give one; a GET has none."""
    server.script = [breaks, refuses(503, retry_after_ms="1"), says(200, 1), says(200, 2), says(200, 3), says(200, 4)]
    client = client_of(server)
    assert [client.post("/a"), client.post("/a"), client.post("/a", idempotency_key="mine"), client.get("/a")] == [
        1,
        2,
        3,
        4,
    ]
    keys = [asked.headers.get("idempotency-key") for asked in server.asked]
    assert keys[0] == keys[1] == keys[2] != keys[3]
    assert keys[4:] == ["mine", None]
    assert [asked.headers.get("x-retry-count") for asked in server.asked] == [None, "1", "2", None, None, None]


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (402, "BudgetError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (408, "ApiError"),
        (409, "ConflictError"),
        (410, "NotFoundError"),
        (413, "BadRequestError"),
        (415, "BadRequestError"),
        (422, "BadRequestError"),
        (429, "RateLimitError"),
        (500, "ServerError"),
        (501, "ServerError"),
        (503, "ServerError"),
    ],
)
def test_a_refusal_has_a_class_and_says_everything(server: Scripted, status: int, name: str) -> None:
    """By status; and it survives being sent to another process."""
    said = {"message": "No.", "type": "t", "code": "c", "param": "p", "request_id": "r"}
    more = {"recovery": {"action": "Wait.", "wait_ms": 5}, "limit": {"name": "n", "used": 1, "limit": 1, "unit": "u"}}
    server.script = [says(status, {"error": {**said, **more}})]
    with pytest.raises(ApiError) as caught:
        client_of(server, max_retries=0).get("/a")
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert type(error) is getattr(brainstormrouter, name)
        assert (str(error), error.kind, error.status, error.error_type) == ("No.", "status", status, "t")
        assert (error.code, error.param, error.request_id) == ("c", "p", "r")
        assert (error.recovery, error.limit) == (more["recovery"], more["limit"])


def test_what_is_no_answer_of_the_service_is_said(server: Scripted) -> None:
    """A page of a proxy, JSON that breaks off, no answer, and none in time."""

    def page(answering: Answering) -> None:
        answering.json(200, "<html>", {"content-type": "text/html"})

    def garbage(answering: Answering) -> None:
        answering.send_response(200)
        answering.send_header("content-type", "application/json")
        answering.send_header("content-length", "1")
        answering.end_headers()
        answering.wfile.write(b"{")

    server.script = [page, garbage, says(502, "<html>", content_type="text/html"), breaks, Answering.hold]
    client = client_of(server, max_retries=0)
    for _ in range(2):
        with pytest.raises(ProtocolError) as protocol:
            client.providers.list()
        assert protocol.value.kind == "protocol"
    with pytest.raises(ApiError, match="502"):
        client.providers.list()
    with pytest.raises(ApiConnectionError) as connection:
        client.providers.list()
    assert connection.value.kind == "connection"
    assert isinstance(connection.value.cause, httpx.TransportError)
    with pytest.raises(ApiTimeoutError) as timeout:
        client.providers.list(timeout=0.1)
    assert (timeout.value.kind, timeout.value.status) == ("timeout", 0)


def test_options_of_a_call_and_of_a_client(server: Scripted) -> None:
    """A call has the last word; `with_options` shares the connections and leaves the first client as it is."""
    client = client_of(server, max_retries=2, default_headers={"x-a": "1", "x-b": "1"})
    other = client.with_options(max_retries=0, default_headers={"x-b": "2"}, api_key="brk_other")
    assert other._transport is client._transport
    server.script = [refuses(503)]
    with pytest.raises(ApiError):
        other.get("/a")
    assert (server.asked[0].headers["x-a"], server.asked[0].headers["x-b"]) == ("1", "2")
    assert server.asked[0].headers["authorization"] == "Bearer brk_other"
    server.script = [refuses(503, retry_after_ms="1"), refuses(503, retry_after_ms="1")]
    with pytest.raises(ApiError):
        client.get("/a", max_retries=1)
    assert (len(server.asked), server.asked[1].headers["x-b"]) == (3, "1")
    other.close()
    server.script = [says(200, 1)]
    assert client.get("/a") == 1


def test_the_environment_says_what_the_caller_does_not(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    """Key and address; and what makes no sense is refused before anything is sent."""
    monkeypatch.delenv("BRAINSTORMROUTER_API_KEY", raising=False)
    monkeypatch.delenv("BRAINSTORMROUTER_BASE_URL", raising=False)
    with pytest.raises(UsageError, match="BRAINSTORMROUTER_API_KEY"):
        BrainstormRouter()
    assert BrainstormRouter(api_key="x").base_url == "https://api.brainstormrouter.com"
    monkeypatch.setenv("BRAINSTORMROUTER_API_KEY", "brk_env")
    monkeypatch.setenv("BRAINSTORMROUTER_BASE_URL", f"{server.url}/")
    server.script = [says(200, 1), says(200, 1)]
    BrainstormRouter().get("/a")
    BrainstormRouter(api_key="").get("/a")
    assert [asked.headers.get("authorization") for asked in server.asked] == ["Bearer brk_env", None]
    for wrong in ({"base_url": "localhost"}, {"max_retries": -1}):
        with pytest.raises(UsageError):
            BrainstormRouter(**wrong)  # type: ignore[arg-type]


def test_middleware_stands_around_each_attempt(server: Scripted) -> None:
    """The first one is the outermost; it sees every attempt, and may answer by itself."""
    seen: list[str] = []

    def named(name: str) -> brainstormrouter.Middleware:
        def around(request: httpx.Request, send: Any) -> httpx.Response:
            seen.append(f"{name} {request.headers.get('x-retry-count', '0')}")
            request.headers["x-from"] = name
            response: httpx.Response = send(request)
            seen.append(f"{name} {response.status_code}")
            return response

        return around

    server.script = [refuses(503, retry_after_ms="1"), says(200, 1)]
    assert client_of(server, middleware=[named("a"), named("b")]).get("/a") == 1
    assert seen == ["a 0", "b 0", "b 503", "a 503", "a 1", "b 1", "b 200", "a 200"]
    assert server.asked[0].headers["x-from"] == "b"
    own = client_of(server, middleware=[lambda request, send: httpx.Response(200, json=7, request=request)])
    assert own.get("/a") == 7


def test_the_log_has_no_secret(server: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    """Attempts and repetitions are logged, with headers that hide what is secret, and without bodies."""
    server.script = [refuses(503, retry_after_ms="1"), says(200, 1, set_cookie="s=secret-cookie")]
    with caplog.at_level(logging.DEBUG, "brainstormrouter"):
        client_of(server).post("/a?token=secret-query", {"a": "secret-body"}, extra_headers={"Cookie": "secret-cookie"})
    assert "trying again" in caplog.text
    assert "'authorization': '***'" in caplog.text
    assert "secret" not in caplog.text


def test_a_span_surrounds_a_call(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the API of OpenTelemetry is there: a stand-in notes what a tracer is told."""
    from contextlib import contextmanager

    from brainstormrouter._http import tracing

    told: dict[str, Any] = {}

    class Span:
        def set_attribute(self, key: str, value: Any) -> None:
            told[key] = value

    class Trace:
        class SpanKind:
            CLIENT = "client"

        def get_tracer(self, name: str, version: str) -> Trace:
            return self

        @contextmanager
        def start_as_current_span(self, name: str, *, kind: str, attributes: dict[str, Any]) -> Any:
            told.update(name=name, kind=kind, **attributes)
            yield Span()

    class Propagate:
        def inject(self, headers: dict[str, str]) -> None:
            headers["traceparent"] = "00-1-2-01"

    monkeypatch.setattr(tracing, "_api", lambda: (Trace(), Propagate()))
    server.script = [refuses(503, retry_after_ms="1"), says(200, 1)]
    client_of(server).get("/v1/a?b=c")
    assert told == {
        "name": "brainstormrouter GET",
        "kind": "client",
        "http.request.method": "GET",
        "url.path": "/v1/a",
        "http.response.status_code": 200,
        "http.request.resend_count": 1,
    }
    assert {asked.headers["traceparent"] for asked in server.asked} == {"00-1-2-01"}


def test_lists_page_by_themselves(server: Scripted) -> None:
    """Items, pages, and the first page alone; `with_raw_response` shows the headers."""
    first, last = says(200, {"data": [1, 2], "next_cursor": "n 1"}), says(200, {"data": [3], "next_cursor": None})
    server.script = [first, last, first, last, first, says(200, {"data": [], "next_cursor": None})]
    client = client_of(server)
    assert list(client.providers.list(limit=2)) == [1, 2, 3]
    assert [asked.path for asked in server.asked] == ["/v1/providers?limit=2", "/v1/providers?limit=2&cursor=n+1"]
    assert [page.data for page in client.providers.list().pages()] == [[1, 2], [3]]
    raw = client.providers.with_raw_response.list()
    assert (raw.status_code, raw.request_id, raw.parse().data, raw.parse().next_cursor) == (200, "req_1", [1, 2], "n 1")
    assert list(client.providers.list()) == []


def test_the_asynchronous_client_does_the_same(server: Scripted) -> None:
    """Retries, pages, raw responses and middleware."""

    async def around(
        request: httpx.Request, send: Callable[[httpx.Request], Awaitable[httpx.Response]]
    ) -> httpx.Response:
        request.headers["x-from"] = "me"
        return await send(request)

    async def calls() -> list[Any]:
        async with AsyncBrainstormRouter(api_key="x", base_url=server.url, middleware=[around]) as client:
            items = [item async for item in client.providers.list()]
            page = await client.providers.list()
            raw = await client.providers.with_raw_response.list()
            got = await client.get("/a")
            return [items, page.data, raw.parse().data, got]

    first, last = says(200, {"data": [1], "next_cursor": "n"}), says(200, {"data": [2], "next_cursor": None})
    server.script = [first, refuses(503, retry_after_ms="1"), last, first, first, says(200, 4)]
    assert asyncio.run(calls()) == [[1, 2], [1], [1], 4]
    assert {asked.headers["x-from"] for asked in server.asked} == {"me"}


def test_clients_of_httpx_and_of_its_successor_may_be_used(server: Scripted) -> None:
    """An HTTP client of the caller stays open; errors of either kind are understood."""
    httpx2 = pytest.importorskip("httpx2")
    for module in (httpx, httpx2):
        server.script = [breaks, says(200, 1)]
        with module.Client() as http_client:
            client = client_of(server, http_client=http_client)
            assert client.get("/a") == 1
            client.close()
            assert not http_client.is_closed
    assert AsyncTransport(httpx2.AsyncClient()).errors.timeout is httpx2.TimeoutException


def test_the_client_of_openai_is_an_extra(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    """With it, chat is there as in 0.1.0, beside our resources."""
    openai = pytest.importorskip("openai")
    from brainstormrouter.openai import BrainstormRouter as WithChat

    client = WithChat(api_key="brk_x", base_url=server.url, guardian_off=True, max_estimated_cost=0.5)
    assert isinstance(client, openai.OpenAI)
    server.script = [says(200, {"data": [1], "next_cursor": None})]
    assert list(client.providers.list()) == [1]
    completion = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": []}
    server.script = [says(200, completion, x_br_actual_cost="$0.25")]
    answer, guardian = client.create_guardian_completion(model="auto", messages=[])
    assert (answer.id, guardian.actual_cost) == ("c", 0.25)
    assert server.asked[1].path == "/chat/completions"
    assert (server.asked[1].headers["x-br-guardian"], server.asked[1].headers["x-br-max-estimated-cost"]) == (
        "off",
        "0.5",
    )
