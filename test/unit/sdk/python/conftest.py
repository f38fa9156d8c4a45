"""What the tests of the Python SDK share."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Asked:
    """A request that the server was sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


Answer = Callable[["Answering"], None]


class Answering(BaseHTTPRequestHandler):
    """Answers one request as the script says."""

    protocol_version = "HTTP/1.1"
    server: Scripted

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""

    def json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        """Answers with JSON."""
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", "request-id": "req_1", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def begin_stream(self, session_id: str | None = "sess_1") -> None:
        """Begins an event stream."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        if session_id is not None:
            self.send_header("x-session-id", session_id)
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        self.text("retry: 10\n\n")

    def text(self, text: str) -> None:
        """Writes characters of a stream."""
        self.wfile.write(text.encode())
        self.wfile.flush()

    def events(self, first: int, last: int) -> None:
        """Writes the events of the log with these places."""
        for seq in range(first, last + 1):
            type_, data = self.server.log[seq - 1]
            self.text(f"id: {seq}\nevent: {type_}\ndata: {json.dumps(data)}\n\n")

    def hold(self) -> None:
        """Keeps the connection open until the test is over, or the client leaves."""
        self.connection.settimeout(20)
        try:
            while self.connection.recv(1024):
                pass
        except OSError:
            return

    def answer(self) -> None:
        """Answers."""
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.server.lock:
            self.server.asked.append(Asked(self.command, self.path, headers, body))
            answer = self.server.script.pop(0) if self.server.script else None
            self.server.changed.notify_all()
        if answer is None:
            self.json(
                500, {"error": {"message": "The script is over.", "code": "script_over"}}, {"x-should-retry": "false"}
            )
        else:
            answer(self)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer


class Scripted(ThreadingHTTPServer):
    """A server that answers as it is told, one answer for each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.asked: list[Asked] = []
        self.script: list[Answer] = []
        self.log: list[tuple[str, Any]] = [
            ("session.status_running", {"sessionId": "sess_1", "agentId": "a"}),
            ("br.model_selected", {"model": "m", "turnIndex": 0}),
            (
                "agent.message",
                {
                    "text": "Kites: ä 漢 🪁.",
                    "turnIndex": 0,
                    "costUsd": 0.25,
                    "usage": {"inputTokens": 3, "outputTokens": 4, "cacheReadTokens": 1},
                },
            ),
            ("br.routing_savings", {"savingsUsd": 0.5}),
            (
                "session.status_ended",
                {"reason": "completed", "totalTurns": 1, "totalCostUsd": 0.25, "durationMs": 1200},
            ),
        ]

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.server_port}"

    def await_asked(self, count: int) -> None:
        """Waits until so many requests have come."""
        with self.lock:
            assert self.changed.wait_for(lambda: len(self.asked) >= count, 20), self.asked

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing: clients that leave are part of the tests."""


def whole(server: Answering) -> None:
    """Answers with the whole stream."""
    server.begin_stream()
    server.events(1, 5)


@pytest.fixture
def server() -> Iterator[Scripted]:
    """A server without a script yet."""
    made = Scripted()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()
