"""Calls that wait for a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..._http.request import RequestOptions, path_of, without_none
from ..._paging import Page
from ..resource import Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import Approval


class Approvals(Resource):
    """Calls that wait for a decision."""

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["pending", "approved", "denied", "answered", "expired", "withdrawn"] | None = None,
        kind: Literal["approval", "effect_unknown", "form"] | None = None,
        session_id: str | None = None,
        agent_id: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> Page[Approval]:
        """List what waits for a person, and what did, newest first.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.
            status: `answered`: a question other than an approval has its answer. `withdrawn`: the session ended first.
                Every status but `pending` is final.
            kind: `approval`: may the call be made? Answered by `user.tool_confirmation`. `effect_unknown`: the call was
                made, and nobody knows whether it took effect. Answered by `user.effect_resolution`. `form`: a server
                asks for details in the middle of the call. Answered by `user.form_response`.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page(
            "/v1/mcp/approvals",
            {
                "limit": limit,
                "cursor": cursor,
                "status": status,
                "kind": kind,
                "session_id": session_id,
                "agent_id": agent_id,
            },
            options,
        )

    def get(self, approval_id: str, **options: Unpack[RequestOptions]) -> Approval:
        """Read what waits for a person, or did.

        Raises:
            NotFoundError: 404: `approval_not_found`, `route_not_found`.
        """
        answer: Approval = self._client.request(
            "GET", path_of("/v1/mcp/approvals/{approval_id}", approval_id=approval_id), options=options
        )
        return answer

    def approve(
        self,
        approval_id: str,
        *,
        scope: Literal["call", "session", "always"] | None = None,
        **options: Unpack[RequestOptions],
    ) -> Approval:
        """Let a call be made that waits for approval.

        Args:
            scope: `call` (default): this call. `session`: also later calls of the tool in this session, where the same
                rule asks. `always`: writes a policy that allows the tool, which needs a key with scope "admin".

        Raises:
            NotFoundError: 404: `approval_not_found`, `route_not_found`.
            ConflictError: 409: `already_answered`, `approval_expired`, `not_an_approval`, `policy_outranked`,
                `session_ended`, `session_interrupted`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: Approval = self._client.request(
            "POST",
            path_of("/v1/mcp/approvals/{approval_id}/approve", approval_id=approval_id),
            body=without_none({"scope": scope}),
            options=options,
        )
        return answer

    def deny(self, approval_id: str, *, deny_message: str | None = None, **options: Unpack[RequestOptions]) -> Approval:
        """Have a call not be made that waits for approval.

        Args:
            deny_message: The model reads it.

        Raises:
            NotFoundError: 404: `approval_not_found`, `route_not_found`.
            ConflictError: 409: `already_answered`, `approval_expired`, `not_an_approval`, `policy_outranked`,
                `session_ended`, `session_interrupted`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: Approval = self._client.request(
            "POST",
            path_of("/v1/mcp/approvals/{approval_id}/deny", approval_id=approval_id),
            body=without_none({"deny_message": deny_message}),
            options=options,
        )
        return answer
