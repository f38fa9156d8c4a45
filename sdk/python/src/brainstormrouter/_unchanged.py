"""The value of an argument that was not given, where None has a meaning of its own."""

from __future__ import annotations

from enum import Enum


class Unchanged(Enum):
    """Says that an option stays as it is."""

    UNCHANGED = 0


UNCHANGED = Unchanged.UNCHANGED
