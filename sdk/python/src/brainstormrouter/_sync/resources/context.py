"""Documents that agents read on every turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._http.request import RequestOptions, path_of
from ..._paging import Page
from ..resource import Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import ContextDeleteAnswer, ContextDocument, ContextGetAnswer, ContextPreviewAnswer


class Context(Resource):
    """Documents that agents read on every turn."""

    def list(
        self, agent_id: str, *, limit: int | None = None, cursor: str | None = None, **options: Unpack[RequestOptions]
    ) -> Page[ContextDocument]:
        """List what an agent may read, newest first.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
            NotFoundError: 404: `agent_not_found`, `route_not_found`.
        """
        return self._client.get_page(
            path_of("/v1/agents/{agent_id}/context", agent_id=agent_id), {"limit": limit, "cursor": cursor}, options
        )

    def preview(
        self,
        agent_id: str,
        *,
        message: str | None = None,
        session_id: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> ContextPreviewAnswer:
        """Show what the next turn would read, source by source.

        Args:
            message: The message that the turn would bring.
            session_id: A session of the agent, whose next turn is shown. Absent: the first turn of a new one.

        Raises:
            NotFoundError: 404: `agent_not_found`, `route_not_found`, `session_not_found`.
        """
        answer: ContextPreviewAnswer = self._client.request(
            "GET",
            path_of("/v1/agents/{agent_id}/context/preview", agent_id=agent_id),
            query={"message": message, "session_id": session_id},
            options=options,
        )
        return answer

    def list_kind(
        self,
        agent_id: str,
        kind: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> Page[ContextDocument]:
        """List documents of a kind: soul, skill, workspace, reference.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
            NotFoundError: 404: `agent_not_found`, `route_not_found`.
        """
        return self._client.get_page(
            path_of("/v1/agents/{agent_id}/context/{kind}", agent_id=agent_id, kind=kind),
            {"limit": limit, "cursor": cursor},
            options,
        )

    def get(
        self, agent_id: str, kind: str, name: str, *, version: str | None = None, **options: Unpack[RequestOptions]
    ) -> ContextGetAnswer:
        """Read a document, or an earlier version of it.

        Args:
            version: Reads this version in place of the present one.

        Raises:
            NotFoundError: 404: `agent_not_found`, `context_document_not_found`, `route_not_found`.
        """
        answer: ContextGetAnswer = self._client.request(
            "GET",
            path_of("/v1/agents/{agent_id}/context/{kind}/{name}", agent_id=agent_id, kind=kind, name=name),
            query={"version": version},
            options=options,
        )
        return answer

    def put(
        self, agent_id: str, kind: str, name: str, content: str, **options: Unpack[RequestOptions]
    ) -> ContextDocument:
        """Write a document whole; the next turn reads it.

        Raises:
            NotFoundError: 404: `agent_not_found`, `route_not_found`.
            BadRequestError: 413: `message_too_large`, `quota_exceeded`.
        """
        answer: ContextDocument = self._client.request(
            "PUT",
            path_of("/v1/agents/{agent_id}/context/{kind}/{name}", agent_id=agent_id, kind=kind, name=name),
            body={"content": content},
            options=options,
        )
        return answer

    def delete(self, agent_id: str, kind: str, name: str, **options: Unpack[RequestOptions]) -> ContextDeleteAnswer:
        """Delete a document.

        Raises:
            NotFoundError: 404: `agent_not_found`, `context_document_not_found`, `route_not_found`.
        """
        answer: ContextDeleteAnswer = self._client.request(
            "DELETE",
            path_of("/v1/agents/{agent_id}/context/{kind}/{name}", agent_id=agent_id, kind=kind, name=name),
            options=options,
        )
        return answer
