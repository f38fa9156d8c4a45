"""A client of BrainstormRouter: durable agent runs whose event streams reconnect by themselves, and the rest of its API.

    from brainstormrouter import BrainstormRouter

    client = BrainstormRouter(api_key="brk_...")
    result = client.agent_runs.run("research-01", message="Summarize the news.", max_turns=10, budget_cap_usd=2.0)
    print(result.text)

`AsyncBrainstormRouter` is the same with `await` and `async for`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._errors import (
    AbortedError,
    ApiConnectionError,
    ApiError,
    ApiTimeoutError,
    AuthenticationError,
    BadRequestError,
    BrainstormRouterError,
    BudgetError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitError,
    RunFailedError,
    ServerError,
    UsageError,
)
from ._events.event import Event, SessionEvent
from ._guardian import GuardianInfo, ToolBlockedError, is_tool_blocked, parse_guardian_stream_done
from ._paging import AsyncPage, Page
from ._raw_response import RawResponse
from ._run.outcome import RunPosition, Settled
from ._run.result import RunResult, Usage
from ._run.text import TextDelta, TextJoiner, join_text
from ._version import __version__

if TYPE_CHECKING:
    from ._async.client import AsyncBrainstormRouter
    from ._async.run import AsyncRun
    from ._http.request import RequestOptions
    from ._middleware import AsyncMiddleware, Middleware
    from ._sync.client import BrainstormRouter
    from ._sync.run import Run

# They need the HTTP client, which takes longer to load than all the rest. A program uses one half of them.
_LOADED_LATE = {
    "AsyncBrainstormRouter": "_async.client",
    "AsyncMiddleware": "_middleware",
    "AsyncRun": "_async.run",
    "BrainstormRouter": "_sync.client",
    "Middleware": "_middleware",
    "RequestOptions": "_http.request",
    "Run": "_sync.run",
}


def __getattr__(name: str) -> Any:
    """Loads what is loaded late."""
    module = _LOADED_LATE.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{module}", __name__), name)


__all__ = [
    "AbortedError",
    "ApiConnectionError",
    "ApiError",
    "ApiTimeoutError",
    "AsyncBrainstormRouter",
    "AsyncMiddleware",
    "AsyncPage",
    "AsyncRun",
    "AuthenticationError",
    "BadRequestError",
    "BrainstormRouter",
    "BrainstormRouterError",
    "BudgetError",
    "ConflictError",
    "Event",
    "GuardianInfo",
    "Middleware",
    "NotFoundError",
    "Page",
    "PermissionDeniedError",
    "ProtocolError",
    "RateLimitError",
    "RawResponse",
    "RequestOptions",
    "Run",
    "RunFailedError",
    "RunPosition",
    "RunResult",
    "ServerError",
    "SessionEvent",
    "Settled",
    "TextDelta",
    "TextJoiner",
    "ToolBlockedError",
    "Usage",
    "UsageError",
    "__version__",
    "is_tool_blocked",
    "join_text",
    "parse_guardian_stream_done",
]
