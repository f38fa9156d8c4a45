"""What the body of an answer means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .._errors import ApiError, ProtocolError, error_of_response
from .request import ReadAs


def media_type_of(headers: Mapping[str, str]) -> str:
    """Returns the type of an answer without its parameters, in small letters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def refusal_of(status: int, headers: Mapping[str, str], content: bytes) -> ApiError:
    """Makes the error of an answer with a status of 400 or above."""
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    return error_of_response(status, headers, body)


def foreign_answer(status: int, headers: Mapping[str, str], cause: Exception | None = None) -> ProtocolError:
    """Makes the error of an answer that is not what the operation answers with."""
    type_ = headers.get("content-type", "none")
    error = ProtocolError(
        f"The answer is none of this API (status {status}, type {type_}).",
        status,
        request_id=headers.get("request-id"),
        headers=headers,
    )
    error.__cause__ = cause
    return error


def content_of(status: int, headers: Mapping[str, str], content: bytes, read_as: ReadAs) -> Any:
    """Decodes the body of an answer with a status below 400.

    Raises:
        ProtocolError: It is not what it should be.
    """
    if read_as == "bytes":
        return content
    if read_as == "text":
        return content.decode("utf-8", "replace")
    type_ = media_type_of(headers)
    is_json = type_ == "application/json" or type_.endswith("+json")
    if read_as == "auto" and not is_json:
        return content.decode("utf-8", "replace") if type_.startswith("text/") else content
    if content == b"":
        return None
    if not is_json:
        raise foreign_answer(status, headers)
    try:
        return json.loads(content)
    except ValueError as error:
        raise foreign_answer(status, headers, error) from error
