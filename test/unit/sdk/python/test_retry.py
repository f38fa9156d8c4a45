"""When a request is sent again, and when a stream is taken up again."""

from __future__ import annotations

import pytest

from brainstormrouter._events.reconnecting import DEFAULT_MAX_RECONNECTS, Reconnecting
from brainstormrouter._http.retry import asked_wait_s, is_passing, wait_before_retry_s


@pytest.mark.parametrize(
    ("status", "advice", "expected"),
    [
        *[(status, None, True) for status in (408, 409, 429, 500, 502, 503, 504)],
        *[(status, None, False) for status in (400, 401, 402, 403, 404, 410, 413, 422, 501)],
        (409, "false", False),
        (503, "false", False),
        (400, "true", True),
    ],
)
def test_what_may_pass_is_sent_again(status: int, advice: str | None, expected: bool) -> None:
    """The server has the last word."""
    assert is_passing(status, {} if advice is None else {"x-should-retry": advice}) is expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after-ms": "20", "retry-after": "3600"}, 0.02),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 90.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "date": "Wed, 21 Oct 2015 07:27:30 GMT"}, 30.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:01 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_what_the_server_asks_for_is_understood(headers: dict[str, str], expected: float | None) -> None:
    """A date counts by the clock of the server."""
    assert asked_wait_s(headers, now=10.0) == expected


def test_waits_are_random_below_a_bound_that_doubles() -> None:
    """Full jitter; what the server asks for is the least; more than a minute is not waited for."""
    assert [wait_before_retry_s(retry, {}, 1.0) for retry in (1, 2, 3, 9)] == [0.5, 1.0, 2.0, 8.0]
    assert wait_before_retry_s(3, None, 0.0) == 0.0
    assert wait_before_retry_s(1, {"retry-after": "2"}, 0.5) == pytest.approx(2.1)
    assert wait_before_retry_s(1, {"retry-after": "61"}, 0.0) is None


def test_a_stream_is_given_up_after_many_failures_in_a_row() -> None:
    """Progress begins the count anew; `retry:` is the least wait."""
    state = Reconnecting()
    state.retry_s = 0.5
    assert [state.wait_s(1.0) for _ in range(3)] == [1.0, 1.5, 2.5]
    state.progressed()
    waits = [state.wait_s(0.0, 3.0) for _ in range(DEFAULT_MAX_RECONNECTS + 1)]
    assert waits == [3.0] * DEFAULT_MAX_RECONNECTS + [None]
