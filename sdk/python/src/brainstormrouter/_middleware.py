"""Code of the caller around each attempt of a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx

Send = Callable[[httpx.Request], httpx.Response]
Middleware = Callable[[httpx.Request, Send], httpx.Response]
"""It is given the request and what sends it, and returns the response. The first one of a client is the outermost."""

AsyncSend = Callable[[httpx.Request], Awaitable[httpx.Response]]
AsyncMiddleware = Callable[[httpx.Request, AsyncSend], Awaitable[httpx.Response]]
"""It is given the request and what sends it, and returns the response. The first one of a client is the outermost."""
