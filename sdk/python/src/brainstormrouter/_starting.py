"""A run that is being started."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Generator
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar


class _Leavable(Protocol):
    def leave(self) -> Awaitable[None]: ...


R = TypeVar("R", bound=_Leavable)


class AsyncStarting(Generic[R]):
    """`async with client.agent_runs.stream(…) as run`, or `run = await client.agent_runs.stream(…)`."""

    def __init__(self, start: Coroutine[Any, Any, R]) -> None:
        self._start = start
        self._run: R | None = None

    def __await__(self) -> Generator[Any, None, R]:
        """Starts the run and gives it."""
        return self._start.__await__()

    async def __aenter__(self) -> R:
        """Starts the run and gives it."""
        self._run = await self._start
        return self._run

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leaves the run."""
        if self._run is not None:
            await self._run.leave()
