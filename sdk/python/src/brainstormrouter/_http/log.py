"""What may be said about a request in a log: never a key, never a body."""

from __future__ import annotations

from collections.abc import Mapping

_SECRET = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})


def shown_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Returns headers as they may be logged."""
    return {name: "***" if name.lower() in _SECRET else value for name, value in headers.items()}
