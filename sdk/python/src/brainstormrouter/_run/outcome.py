"""How a run turned out, and where it may be taken up."""

from __future__ import annotations

from dataclasses import dataclass

from .._errors import BrainstormRouterError
from .result import RunResult


@dataclass(frozen=True)
class Settled:
    """A result, an error, or both where the result is one that `throw_on_failure` raises for."""

    result: RunResult | None
    error: BrainstormRouterError | None


@dataclass(frozen=True)
class RunPosition:
    """The place in a session at which another process may go on.

    Attributes:
        session_id: The session.
        after: The last event that was delivered. None: none was.
    """

    session_id: str
    after: str | None
