"""The bodies with which a run is started and steered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._http.request import without_none


def user_message(text: str, expected_turn: int | None, images: Sequence[Any] | None = None) -> dict[str, Any]:
    """A message for the agent."""
    return without_none({"type": "user.message", "text": text, "images": images, "expected_turn": expected_turn})


def user_interrupt(expected_turn: int | None = None) -> dict[str, Any]:
    """Stops what the agent does."""
    return without_none({"type": "user.interrupt", "expected_turn": expected_turn})


def approval(tool_use_id: str, scope: str | None) -> dict[str, Any]:
    """Allows a call that waits for a decision."""
    return without_none(
        {"type": "user.tool_confirmation", "tool_use_id": tool_use_id, "result": "allow", "scope": scope}
    )


def denial(tool_use_id: str, message: str | None) -> dict[str, Any]:
    """Denies a call that waits for a decision."""
    return without_none(
        {"type": "user.tool_confirmation", "tool_use_id": tool_use_id, "result": "deny", "deny_message": message}
    )
