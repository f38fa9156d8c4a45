"""Waiting, in both worlds."""

from __future__ import annotations

import asyncio
import threading
import time


def wait(seconds: float) -> None:
    """Waits."""
    time.sleep(seconds)


async def async_wait(seconds: float) -> None:
    """Waits."""
    await asyncio.sleep(seconds)


class Gate:
    """Waits that another thread may cut short for good."""

    def __init__(self) -> None:
        self._closed = threading.Event()

    @property
    def is_closed(self) -> bool:
        """True once `close` was called."""
        return self._closed.is_set()

    def close(self) -> None:
        """Ends all waits, also those to come."""
        self._closed.set()

    def wait(self, seconds: float) -> None:
        """Waits so long, or until the gate is closed."""
        self._closed.wait(seconds)


class AsyncGate:
    """Waits that another task may cut short for good."""

    def __init__(self) -> None:
        self._closed = asyncio.Event()

    @property
    def is_closed(self) -> bool:
        """True once `close` was called."""
        return self._closed.is_set()

    def close(self) -> None:
        """Ends all waits, also those to come."""
        self._closed.set()

    async def wait(self, seconds: float) -> None:
        """Waits so long, or until the gate is closed."""
        try:
            await asyncio.wait_for(self._closed.wait(), seconds)
        except (asyncio.TimeoutError, TimeoutError):  # They are two classes in Python 3.10.
            return
