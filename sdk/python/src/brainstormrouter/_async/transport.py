"""Sends requests, again where that may help."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from .._errors import ApiConnectionError, ApiTimeoutError
from .._http.answer import content_of, refusal_of
from .._http.attempts import Attempts, Failure
from .._http.family import HttpErrors
from .._http.log import shown_headers
from .._http.request import ReadAs, RequestSpec
from .._http.retry import is_passing
from .._http.settings import Settings
from .._http.tracing import note_outcome, span_of
from .._middleware import AsyncMiddleware, AsyncSend
from .._waiting import async_wait


class AsyncTransport:
    """Sends requests over one HTTP client, which several clients may share."""

    def __init__(self, http_client: httpx.AsyncClient) -> None:
        self.http_client = http_client
        self.errors = HttpErrors(http_client)

    async def call(self, settings: Settings, spec: RequestSpec, read_as: ReadAs) -> tuple[httpx.Response, Any]:
        """Sends a request and reads the answer. A body that breaks off is asked for again.

        Returns:
            The response, and its decoded body.
        """
        response = await self._send(settings, spec, whole=True)
        headers = response.headers
        return response, content_of(response.status_code, headers, response.content, read_as)

    async def open(
        self,
        settings: Settings,
        spec: RequestSpec,
        silence_timeout: float | None = None,
        abandon: Callable[[], Awaitable[None]] | None = None,
    ) -> httpx.Response:
        """Sends a request and leaves the body of the answer to be read. The caller closes the response.

        Args:
            silence_timeout: After so many seconds without a byte of the body, reading it fails. None: the time-out of
                the request.
            abandon: Is called when the caller gives up (Ctrl-C, a cancellation) while nobody knows whether the request
                has arrived.
        """
        return await self._send(settings, spec, whole=False, silence_timeout=silence_timeout, abandon=abandon)

    async def _send(
        self,
        settings: Settings,
        spec: RequestSpec,
        *,
        whole: bool,
        silence_timeout: float | None = None,
        abandon: Callable[[], Awaitable[None]] | None = None,
    ) -> httpx.Response:
        attempts = Attempts(dict(spec.headers))
        try:
            with span_of(spec, attempts.headers) as span:
                while True:
                    outcome = await self._outcome(
                        settings, spec, attempts, whole=whole, silence_timeout=silence_timeout
                    )
                    if not isinstance(outcome, Failure):
                        note_outcome(span, outcome.status_code, attempts.retry)
                        return outcome
                    note_outcome(span, outcome.error.status, attempts.retry)
                    wait_s = attempts.wait_before_next_s(outcome, spec.max_retries, random.random())  # noqa: S311
                    if wait_s is None:
                        raise outcome.error
                    settings.logger.info(
                        "%s %s: trying again in %.2f s (%d): %s",
                        *(spec.method, spec.path, wait_s, attempts.retry, outcome.error),
                    )
                    await async_wait(wait_s)
        except Exception:
            raise
        except BaseException:
            if abandon is not None and attempts.in_doubt:
                await abandon()
            raise

    async def _outcome(
        self, settings: Settings, spec: RequestSpec, attempts: Attempts, *, whole: bool, silence_timeout: float | None
    ) -> httpx.Response | Failure:
        before, attempts.in_doubt = attempts.in_doubt, True
        try:
            response = await self._attempt(
                settings, spec, attempts.headers, whole=whole, silence_timeout=silence_timeout
            )
        except self.errors.broken as cause:
            return Failure(self._failure(spec, cause), passing=True)
        attempts.in_doubt = before
        if response.status_code < 400:
            return response
        error = refusal_of(response.status_code, response.headers, response.content)
        return Failure(error, passing=is_passing(response.status_code, response.headers), headers=response.headers)

    async def _attempt(
        self,
        settings: Settings,
        spec: RequestSpec,
        headers: dict[str, str],
        *,
        whole: bool,
        silence_timeout: float | None,
    ) -> httpx.Response:
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), spec.timeout)
        request = self.http_client.build_request(spec.method, spec.url, headers=headers, content=spec.content)
        request.extensions["timeout"] = timeout
        settings.logger.debug("%s %s %s", spec.method, spec.path, shown_headers(headers))
        response = await _around(settings.middleware, self._sent)(request)
        settings.logger.debug(
            "%s %s: %d %s", spec.method, spec.path, response.status_code, shown_headers(response.headers)
        )
        if silence_timeout is not None:
            # The HTTP client asks for the limit before each read, in the request that it was given.
            timeout["read"] = silence_timeout
        if whole or response.status_code >= 400:
            try:
                await response.aread()
            finally:
                await response.aclose()
        return response

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        return await self.http_client.send(request, stream=True, follow_redirects=True)

    def _failure(self, spec: RequestSpec, cause: Exception) -> ApiConnectionError:
        call = f"{spec.method} {spec.path}"
        if isinstance(cause, self.errors.timeout):
            error: ApiConnectionError = ApiTimeoutError(f"{call}: no answer within {spec.timeout} s.")
        else:
            error = ApiConnectionError(f"{call}: the connection failed: {cause or type(cause).__name__}.")
        error.__cause__ = cause
        return error


def _around(middleware: tuple[AsyncMiddleware, ...], send: AsyncSend) -> AsyncSend:
    for each in reversed(middleware):
        send = _one_around(each, send)
    return send


def _one_around(middleware: AsyncMiddleware, send: AsyncSend) -> AsyncSend:
    async def sent(request: httpx.Request) -> httpx.Response:
        return await middleware(request, send)

    return sent
