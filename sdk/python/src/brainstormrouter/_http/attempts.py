"""The attempts of one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .._errors import BrainstormRouterError
from .retry import wait_before_retry_s


@dataclass(frozen=True)
class Failure:
    """An attempt that failed.

    Attributes:
        passing: The same request may succeed if it is sent again.
        headers: Those of the answer, where there was one.
    """

    error: BrainstormRouterError
    passing: bool
    headers: Mapping[str, str] | None = None


@dataclass
class Attempts:
    """What is known about the attempts so far.

    Attributes:
        headers: Those of the next attempt.
        retry: How many repetitions there were.
        in_doubt: Nobody knows whether the request has arrived: an attempt is under way, or got no answer.
    """

    headers: dict[str, str]
    retry: int = 0
    in_doubt: bool = False

    def wait_before_next_s(self, failure: Failure, max_retries: int, random: float) -> float | None:
        """Counts a repetition.

        Returns:
            How many seconds to wait before it. None: there is none.
        """
        if not failure.passing or self.retry >= max_retries:
            return None
        wait_s = wait_before_retry_s(self.retry + 1, failure.headers, random)
        if wait_s is not None:
            self.retry += 1
            self.headers["x-retry-count"] = str(self.retry)
        return wait_s
