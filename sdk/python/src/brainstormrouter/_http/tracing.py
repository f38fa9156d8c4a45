"""Spans for OpenTelemetry, where its API package is installed. Nothing here needs it."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Protocol

from .._version import __version__
from .request import RequestSpec


class Span(Protocol):
    """The part of a span that is used here."""

    def set_attribute(self, key: str, value: Any) -> None: ...


@cache
def _api() -> tuple[Any, Any] | None:
    try:
        from opentelemetry import propagate, trace  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    return trace, propagate


@contextmanager
def span_of(spec: RequestSpec, headers: MutableMapping[str, str]) -> Iterator[Span | None]:
    """Surrounds a call, with all its attempts, with a span, and adds the headers that carry it on."""
    api = _api()
    if api is None:
        yield None
        return
    trace, propagate = api
    tracer = trace.get_tracer("brainstormrouter", __version__)
    about = {"http.request.method": spec.method, "url.path": spec.path}
    with tracer.start_as_current_span(
        f"brainstormrouter {spec.method}", kind=trace.SpanKind.CLIENT, attributes=about
    ) as span:
        propagate.inject(headers)
        yield span


def note_outcome(span: Span | None, status: int, retry: int) -> None:
    """Notes how an attempt turned out. A status of 0 means that there was no answer."""
    if span is None:
        return
    if status > 0:
        span.set_attribute("http.response.status_code", status)
    if retry > 0:
        span.set_attribute("http.request.resend_count", retry)
