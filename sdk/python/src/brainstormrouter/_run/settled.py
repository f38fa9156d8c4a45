"""How a run turned out, where nothing is raised."""

from __future__ import annotations

from dataclasses import dataclass

from .._errors import BrainstormRouterError
from .result import RunResult


@dataclass(frozen=True)
class Settled:
    """A result, an error, or both where the result is one that `throw_on_failure` raises for."""

    result: RunResult | None
    error: BrainstormRouterError | None
