"""How a client is set up, with what the environment says where the caller says nothing."""

from __future__ import annotations

import logging
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._errors import UsageError
from .._events.reconnecting import DEFAULT_MAX_RECONNECTS
from .._version import __version__

DEFAULT_BASE_URL = "https://api.brainstormrouter.com"
DEFAULT_TIMEOUT_S = 60.0
DEFAULT_MAX_RETRIES = 2
DEFAULT_SILENCE_TIMEOUT_S = 45.0
"""Three heartbeats of a stream, which the service sends every 15 seconds when nothing happens."""

logger = logging.getLogger("brainstormrouter")


@dataclass(frozen=True)
class Settings:
    """What every request of a client has in common. Times in seconds."""

    api_key: str
    base_url: str
    timeout: float | None = DEFAULT_TIMEOUT_S
    max_retries: int = DEFAULT_MAX_RETRIES
    silence_timeout: float = DEFAULT_SILENCE_TIMEOUT_S
    max_reconnects: int = DEFAULT_MAX_RECONNECTS
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, object] = field(default_factory=dict)
    middleware: tuple[Any, ...] = ()
    logger: logging.Logger = logger


def settings_of(
    *,
    api_key: str | None,
    base_url: str | None,
    timeout: float | None,
    max_retries: int,
    silence_timeout: float,
    max_reconnects: int,
    default_headers: Mapping[str, str] | None,
    default_query: Mapping[str, object] | None,
    middleware: Any,
    logger: logging.Logger,
    max_estimated_cost: float | None,
    guardian_off: bool,
    environment: Mapping[str, str],
) -> Settings:
    """Makes settings from the arguments of a client.

    Raises:
        UsageError: There is no API key, or the address is none.
    """
    key = api_key if api_key is not None else environment.get("BRAINSTORMROUTER_API_KEY")
    if key is None:
        raise UsageError("There is no API key: give `api_key`, or set BRAINSTORMROUTER_API_KEY.")
    url = (base_url or environment.get("BRAINSTORMROUTER_BASE_URL") or DEFAULT_BASE_URL).rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"`base_url` must begin with http:// or https://, and not as {url!r} does.")
    if max_retries < 0 or max_reconnects < 0:
        raise UsageError("`max_retries` and `max_reconnects` must be 0 or more.")
    headers = dict(default_headers or {})
    if guardian_off:
        headers.setdefault("X-BR-Guardian", "off")
    if max_estimated_cost is not None:
        headers.setdefault("X-BR-Max-Estimated-Cost", str(max_estimated_cost))
    return Settings(
        api_key=key,
        base_url=url,
        timeout=timeout,
        max_retries=max_retries,
        silence_timeout=silence_timeout,
        max_reconnects=max_reconnects,
        headers=headers,
        query=dict(default_query or {}),
        middleware=tuple(middleware),
        logger=logger,
    )


def user_agent() -> str:
    """Names this package and what it runs on."""
    python = ".".join(str(part) for part in sys.version_info[:3])
    return f"brainstormrouter-python/{__version__} {platform.python_implementation()}/{python} {sys.platform}"
