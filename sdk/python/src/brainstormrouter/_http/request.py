"""A request before it is sent: pure data, made once and sent any number of times."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict
from urllib.parse import quote, urlencode

from .settings import Settings, user_agent

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
ReadAs = Literal["json", "text", "bytes", "auto"]


class RequestOptions(TypedDict, total=False):
    """What every method takes besides its own arguments.

    Attributes:
        timeout: How many seconds each wait for the server may take. Default: that of the client, 60. None: no limit.
        max_retries: How many times a call that failed for a passing reason is sent again. Default: that of the client, 2.
        extra_headers: More headers. A name that is given twice has the value that is given here.
        extra_query: More parameters of the query.
        idempotency_key: The Idempotency-Key of a POST, kept over retries. Two calls with the same key within 24 hours
            take effect once. Default: a new one for each call.
    """

    timeout: float | None
    max_retries: int
    extra_headers: Mapping[str, str]
    extra_query: Mapping[str, object]
    idempotency_key: str


OPTION_NAMES = frozenset(RequestOptions.__annotations__)


def split_options(given: Mapping[str, Any]) -> tuple[dict[str, Any], RequestOptions]:
    """Separates the fields of a body from the options of a request. No field has the name of an option."""
    options: Any = {name: value for name, value in given.items() if name in OPTION_NAMES}
    return {name: value for name, value in given.items() if name not in OPTION_NAMES}, options


@dataclass(frozen=True)
class RequestSpec:
    """A request that is ready to be sent. Times in seconds."""

    method: Method
    url: str
    headers: Mapping[str, str]
    content: bytes | None
    timeout: float | None
    max_retries: int
    path: str
    """For logs and errors: it has no query, in which somebody may have put a secret."""
    idempotency_key: str | None = field(default=None)


def path_of(template: str, **params: str) -> str:
    """Fills a path. A value is quoted, so that no value is taken for a part of the path; that of `name` may hold slashes."""
    quoted = {name: quote(str(value), safe="/" if name == "name" else "") for name, value in params.items()}
    return template.format(**quoted)


def spec_of(
    settings: Settings,
    method: Method,
    path: str,
    *,
    query: Mapping[str, object] | None = None,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    options: RequestOptions | None = None,
) -> RequestSpec:
    """Makes a request. None in a query or in the fields of a body means: absent."""
    said: RequestOptions = options or {}
    parameters = {**settings.query, **(query or {}), **said.get("extra_query", {})}
    text = urlencode([pair for name, value in parameters.items() for pair in _pairs(name, value)])
    # The separator of a path with a query of its own, as `client.get` may be given, is an ampersand.
    url = f"{settings.base_url}{path}" + (f"{'&' if '?' in path else '?'}{text}" if text else "")
    content = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    all_headers = {"accept": "application/json", "user-agent": user_agent()}
    if settings.api_key:
        all_headers["authorization"] = f"Bearer {settings.api_key}"
    if content is not None:
        all_headers["content-type"] = "application/json"
    key = said.get("idempotency_key")
    if method == "POST":
        key = key or f"py-{uuid.uuid4()}"
        all_headers["idempotency-key"] = key
    for more in (settings.headers, headers or {}, said.get("extra_headers", {})):
        all_headers.update({name.lower(): value for name, value in more.items()})
    return RequestSpec(
        method=method,
        url=url,
        headers=all_headers,
        content=content,
        timeout=said.get("timeout", settings.timeout),
        max_retries=said.get("max_retries", settings.max_retries),
        path=path.partition("?")[0],
        idempotency_key=all_headers.get("idempotency-key"),
    )


def without_none(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Leaves out what the caller did not say."""
    return {name: value for name, value in fields.items() if value is not None}


def _pairs(name: str, value: object) -> list[tuple[str, str]]:
    if value is None:
        return []
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [(name, ",".join(str(each) for each in value))]
    return [(name, str(value))]
