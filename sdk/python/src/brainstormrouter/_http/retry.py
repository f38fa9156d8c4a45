"""When a request is sent again, and how long to wait before."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

FIRST_BACK_OFF_S = 0.5
LONGEST_BACK_OFF_S = 8.0
LONGEST_WAIT_S = 60.0
"""A server that asks for a longer wait gets no further attempt: the caller decides whether it is worth waiting for."""


def is_passing(status: int, headers: Mapping[str, str]) -> bool:
    """True when the same request may succeed if it is sent again."""
    advice = headers.get("x-should-retry")
    if advice in {"true", "false"}:
        return advice == "true"
    return status in {408, 409, 429} or (status >= 500 and status != 501)


def wait_before_retry_s(retry: int, headers: Mapping[str, str] | None, random: float) -> float | None:
    """Says how long to wait before attempt `retry`, where 1 is the first repetition.

    What the server asks for is the least. Without it, the wait is random below a doubling bound (full jitter).

    Args:
        random: A number from 0 to 1.

    Returns:
        Seconds, or None when the server asks for more than a minute.
    """
    asked = None if headers is None else asked_wait_s(headers)
    if asked is None:
        return float(random * min(LONGEST_BACK_OFF_S, FIRST_BACK_OFF_S * 2 ** (retry - 1)))
    # Clients that were refused together must not come back together.
    return None if asked > LONGEST_WAIT_S else asked * (1 + random / 10)


def asked_wait_s(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Returns the seconds that `Retry-After-ms` or `Retry-After` says, or None."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None:
        return seconds
    at = _date(text)
    if at is None:
        return None
    # The clock of this machine may be wrong; the two dates of the server are of one clock.
    sent_at = _date(headers.get("date"))
    if sent_at is None:
        sent_at = time.time() if now is None else now
    return max(0.0, at - sent_at)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _date(text: str | None) -> float | None:
    try:
        return parsedate_to_datetime(text or "").timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
