"""The errors of this package. All of them are a `BrainstormRouterError`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

if TYPE_CHECKING:
    from ._run.result import RunResult


class Recovery(TypedDict, total=False):
    """What the service says can be done about an error."""

    action: str
    wait_ms: int
    docs_url: str


class MetLimit(TypedDict):
    """The limit of the tenant that a request met."""

    name: str
    used: float
    limit: float
    unit: str


ErrorKind = Literal["status", "connection", "timeout", "aborted", "protocol", "run", "usage"]


class BrainstormRouterError(Exception):
    """The base of all errors.

    Attributes:
        kind: What went wrong: the server refused (`status`), it could not be reached (`connection`), it took too long
            (`timeout`), the caller gave up (`aborted`), an answer was none of this API (`protocol`), a run ended badly
            (`run`), or the client was used wrongly (`usage`).
        message: What went wrong, for people.
        status: The HTTP status of the answer. 0 where there was no answer.
        error_type: The kind of error, such as `not_found_error` or `api_error`.
        code: Stable and specific, such as `session_ended`. None where no service said it.
        param: The wrong field or parameter, where there is one.
        request_id: The id of the request in the logs of the service.
        recovery: What can be done about it: `action`, and perhaps `wait_ms` (milliseconds) and `docs_url`.
        limit: The limit of the tenant that the request met, with what is used of it.
        headers: The headers of the answer.
        session_id: The session, where the error is about a run that has one.
        last_event_id: The last event of a run that was delivered. `agent_runs.attach(session_id, after=last_event_id)`
            goes on behind it.
    """

    kind: ErrorKind = "status"
    session_id: str | None = None
    last_event_id: str | None = None

    def __init__(
        self,
        message: str,
        status: int = 0,
        error_type: str = "api_error",
        *,
        code: str | None = None,
        param: str | None = None,
        request_id: str | None = None,
        recovery: Recovery | None = None,
        limit: MetLimit | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.error_type = error_type
        self.code = code
        self.param = param
        self.request_id = request_id
        self.recovery = recovery
        self.limit = limit
        self.headers = headers

    @property
    def status_code(self) -> int:
        """The same as `status`, under the name that other clients use."""
        return self.status

    @property
    def cause(self) -> BaseException | None:
        """The error that led to this one, where there is one: the same as `__cause__`."""
        return self.__cause__

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are copied by calling their class with `args`, which would lose the rest.
        return (_restored, (type(self), self.args, dict(self.__dict__)))


def _restored(cls: type[BrainstormRouterError], args: tuple[Any, ...], state: dict[str, Any]) -> BrainstormRouterError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class UsageError(BrainstormRouterError):
    """The client was used in a way that it does not support. No request was sent."""

    kind = "usage"


class ApiError(BrainstormRouterError):
    """The service answered with a status of 400 or above."""

    kind = "status"


class BadRequestError(ApiError):
    """400, 405, 413, 415, 422 and 431: the request is wrong; `param` says where. Sent again, it fails again."""


class AuthenticationError(ApiError):
    """401: the API key is missing, wrong, expired or revoked."""


class BudgetError(ApiError):
    """402: money is short, or the agent is suspended."""


class PermissionDeniedError(ApiError):
    """403: the key lacks a scope, or a policy forbids the call."""


class NotFoundError(ApiError):
    """404 and 410: there is no such thing for this tenant."""


class ConflictError(ApiError):
    """409: the state of the resource does not allow it."""


class RateLimitError(ApiError):
    """429: too much at once. The client has waited and tried again as often as `max_retries` allows."""


class ServerError(ApiError):
    """500 and above: the service failed. It was tried again as often as `max_retries` allows."""


class ApiConnectionError(BrainstormRouterError):
    """No answer came: the connection was refused, was reset, or broke off. `cause` is the error of the HTTP client."""

    kind: ErrorKind = "connection"


class ApiTimeoutError(ApiConnectionError):
    """No answer came in time."""

    kind = "timeout"


class AbortedError(BrainstormRouterError):
    """The run was left, or detached from, while somebody waited for its next event."""

    kind = "aborted"


class ProtocolError(BrainstormRouterError):
    """The answer is none of this API, as when a proxy answers with a page of its own. `base_url` may be wrong."""

    kind = "protocol"


class RunFailedError(BrainstormRouterError):
    """A run with `throw_on_failure` ended otherwise than asked.

    Attributes:
        result: The result of the run; `result.reason` says how it ended.
        reason: `result.reason`.
    """

    kind = "run"

    def __init__(self, result: RunResult) -> None:
        about = result.error or {}
        said = about.get("message")
        super().__init__(
            f"The run {result.session_id} ended with reason {result.reason!r}{f': {said}' if said else '.'}",
            error_type="run_error",
            code=about.get("code") or result.reason,
        )
        self.result = result
        self.reason = result.reason
        self.session_id = result.session_id


_CLASSES: Mapping[int, type[ApiError]] = {
    401: AuthenticationError,
    402: BudgetError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: ApiError,
    409: ConflictError,
    410: NotFoundError,
    429: RateLimitError,
}


def error_of_response(status: int, headers: Mapping[str, str], body: object) -> ApiError:
    """Makes the error of an answer from its status, headers and decoded body. A proxy may have made it."""
    cls = _CLASSES.get(status) or (ServerError if status >= 500 else BadRequestError)
    said: object = body.get("error") if isinstance(body, Mapping) else None
    error: Mapping[str, Any] = said if isinstance(said, Mapping) else {}

    def text(name: str) -> str | None:
        value = error.get(name)
        return value if isinstance(value, str) else None

    recovery, limit = error.get("recovery"), error.get("limit")
    return cls(
        text("message") or f"The server answered {status}.",
        status,
        text("type") or "api_error",
        code=text("code"),
        param=text("param"),
        request_id=text("request_id") or headers.get("request-id"),
        recovery=cast("Recovery", recovery) if isinstance(recovery, dict) else None,
        limit=cast("MetLimit", limit) if isinstance(limit, dict) else None,
        headers=headers,
    )
