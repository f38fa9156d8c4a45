"""How long a reader whose stream broke waits, and when it gives up."""

from __future__ import annotations

DEFAULT_RETRY_S = 1.0
LONGEST_WAIT_S = 30.0
DEFAULT_MAX_RECONNECTS = 10
"""So many connections in a row may bring nothing new. With the waits between them that is about a minute and a half."""


class Reconnecting:
    """Counts connections that brought nothing new."""

    def __init__(self, max_reconnects: int = DEFAULT_MAX_RECONNECTS) -> None:
        self._max_reconnects = max_reconnects
        self.failures = 0
        self.retry_s = DEFAULT_RETRY_S

    def progressed(self) -> None:
        """Says that something new came."""
        self.failures = 0

    def wait_s(self, random: float, asked_s: float | None = None) -> float | None:
        """Counts a connection that broke.

        The wait is what the server said with `retry:`, or asks for with `Retry-After`, and a random part on top, which
        doubles with each failure in a row.

        Args:
            random: A number from 0 to 1.
            asked_s: What a refusal asked for, in seconds.

        Returns:
            Seconds to wait before the next connection. None: give up.
        """
        self.failures += 1
        if self.failures > self._max_reconnects:
            return None
        least = max(self.retry_s, asked_s or 0.0)
        wait: float = least + random * min(LONGEST_WAIT_S, self.retry_s * 2 ** (self.failures - 1))
        return wait
