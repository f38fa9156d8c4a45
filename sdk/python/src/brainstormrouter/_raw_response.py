"""Answers with their status and headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RawResponse:
    """What `with_raw_response` gives: the status and the headers of an answer, and its content by `parse()`."""

    status_code: int
    headers: Mapping[str, str]
    content: Any

    @property
    def request_id(self) -> str | None:
        """The id of the request in the logs of the service. Name it when you ask for help."""
        return self.headers.get("request-id")

    def parse(self) -> Any:
        """Returns what the method itself would have returned."""
        return self.content
