"""Tool servers, tools, calls and policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from ..._http.request import RequestOptions, path_of, without_none
from ..._paging import Page
from .mcp_policies import McpPolicies

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import (
        AuditEntry,
        AuditVerification,
        AuthorizationLink,
        DirectToolCall,
        McpDiscoverServerAnswer,
        McpRemoveServerAnswer,
        McpServer,
        McpServerRequest,
        McpTool,
        OAuthClientDocument,
    )


class MCP(McpPolicies):
    """Tool servers, tools, calls and policies."""

    def list_servers(
        self, *, limit: int | None = None, cursor: str | None = None, **options: Unpack[RequestOptions]
    ) -> Page[McpServer]:
        """List MCP servers, newest first, the bundled ones last.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page("/v1/mcp/servers", {"limit": limit, "cursor": cursor}, options)

    def register_server(self, params: McpServerRequest, **options: Unpack[RequestOptions]) -> McpServer:
        """Register an MCP server. Only admins of the first tenant may register one over stdio.

        Raises:
            BadRequestError: 400: `address_not_allowed`.
            ConflictError: 409: `mcp_server_exists`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: McpServer = self._client.request("POST", "/v1/mcp/servers", body=params, options=options)
        return answer

    def get_server(self, server_id: str, **options: Unpack[RequestOptions]) -> McpServer:
        """Read an MCP server.

        Raises:
            NotFoundError: 404: `mcp_server_not_found`, `route_not_found`.
        """
        answer: McpServer = self._client.request(
            "GET", path_of("/v1/mcp/servers/{server_id}", server_id=server_id), options=options
        )
        return answer

    def update_server(self, server_id: str, params: McpServerRequest, **options: Unpack[RequestOptions]) -> McpServer:
        """Replace an MCP server. Its tools have to be discovered again; secrets that are left out stay.

        Only admins of the first tenant may do it over stdio.

        Raises:
            BadRequestError: 400: `address_not_allowed`.
            NotFoundError: 404: `mcp_server_not_found`, `route_not_found`.
            ConflictError: 409: `mcp_server_built_in`, `mcp_server_exists`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: McpServer = self._client.request(
            "PUT", path_of("/v1/mcp/servers/{server_id}", server_id=server_id), body=params, options=options
        )
        return answer

    def remove_server(self, server_id: str, **options: Unpack[RequestOptions]) -> McpRemoveServerAnswer:
        """Remove an MCP server.

        Raises:
            NotFoundError: 404: `mcp_server_not_found`, `route_not_found`.
            ConflictError: 409: `mcp_server_built_in`.
        """
        answer: McpRemoveServerAnswer = self._client.request(
            "DELETE", path_of("/v1/mcp/servers/{server_id}", server_id=server_id), options=options
        )
        return answer

    def discover_server(self, server_id: str, **options: Unpack[RequestOptions]) -> McpDiscoverServerAnswer:
        """Ask a server for its tools, pin new ones, and quarantine those whose definition changed.

        Raises:
            BadRequestError: 400: `address_not_allowed`.
            NotFoundError: 404: `mcp_server_not_found`, `route_not_found`.
            ConflictError: 409: `mcp_server_built_in`.
            BadRequestError: 413: `quota_exceeded`.
            ServerError: 502: `mcp_server_failed`.
        """
        answer: McpDiscoverServerAnswer = self._client.request(
            "POST", path_of("/v1/mcp/servers/{server_id}/discover", server_id=server_id), options=options
        )
        return answer

    def authorize_server(self, server_id: str, **options: Unpack[RequestOptions]) -> AuthorizationLink:
        """Make a link under which a person lends an account to an MCP server.

        Raises:
            NotFoundError: 404: `mcp_server_not_found`, `route_not_found`.
            ConflictError: 409: `mcp_server_built_in`, `oauth_not_configured`, `public_url_not_set`.
            BadRequestError: 413: `quota_exceeded`.
            ServerError: 502: `mcp_server_failed`.
        """
        answer: AuthorizationLink = self._client.request(
            "POST", path_of("/v1/mcp/servers/{server_id}/authorize", server_id=server_id), options=options
        )
        return answer

    def accept_tool(
        self,
        server_id: str,
        tool: str,
        *,
        hash: str,
        may_change: Sequence[str] | None = None,
        **options: Unpack[RequestOptions],
    ) -> McpServer:
        """Accept the changed definition of a tool, which ends its quarantine.

        Args:
            tool: What its server calls it.
            hash: The definition that is accepted, as `quarantined` of the server shows it.
            may_change: JSON Pointers to what changes at every listing, such as a clock in `/description`. Models go on
                seeing the accepted text. Default: [].

        Raises:
            NotFoundError: 404: `mcp_server_not_found`, `route_not_found`.
            ConflictError: 409: `mcp_server_built_in`, `mcp_tool_changed`, `mcp_tool_unusable`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: McpServer = self._client.request(
            "POST",
            path_of("/v1/mcp/servers/{server_id}/tools/accept", server_id=server_id),
            body=without_none({"tool": tool, "hash": hash, "may_change": may_change}),
            options=options,
        )
        return answer

    def list_tools(
        self,
        server_id: str | None = None,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        agent_id: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> Page[McpTool]:
        """List discovered tools, with their names and what policy says of them.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.
            agent_id: Whose policies say `verdict`, `rule` and `effect`. Absent: the tenant.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
            NotFoundError: 404: `agent_not_found`, `mcp_server_not_found`.
        """
        return self._client.get_page(
            "/v1/mcp/tools", {"limit": limit, "cursor": cursor, "server_id": server_id, "agent_id": agent_id}, options
        )

    def audit(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: Literal["decision", "dispatch", "outcome", "approval", "change"] | None = None,
        session_id: str | None = None,
        agent_id: str | None = None,
        tool: str | None = None,
        verdict: Literal["allow", "ask", "deny"] | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> Page[AuditEntry]:
        """List what was decided about tool calls, what became of them, newest first.

        What was done to servers, policies and settings is listed, too.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.
            kind: decision: what policy said of a call. dispatch: the call was sent. outcome: how it came out. approval:
                a person answered. change: of a policy, a server, its pinned tools or a setting.
            agent_id: 3 to 64 characters of a-z, 0-9 and -.
            tool: A tool by the name that models know, by its own name, or as `server/tool`.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page(
            "/v1/mcp/audit",
            {
                "limit": limit,
                "cursor": cursor,
                "kind": kind,
                "session_id": session_id,
                "agent_id": agent_id,
                "tool": tool,
                "verdict": verdict,
                "created_after": created_after,
                "created_before": created_before,
            },
            options,
        )

    def verify_audit(
        self, *, entries: int | None = None, head: str | None = None, **options: Unpack[RequestOptions]
    ) -> AuditVerification:
        """Check the hash chain of the audit, whole or from an earlier answer on."""
        answer: AuditVerification = self._client.request(
            "GET", "/v1/mcp/audit/verify", query={"entries": entries, "head": head}, options=options
        )
        return answer

    def call_tool(
        self,
        server_id: str,
        tool: str,
        *,
        arguments: Mapping[str, Any] | None = None,
        approval_id: str | None = None,
        timeout_ms: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> DirectToolCall:
        """Call a tool of an MCP server, under the same policies as a call of a session.

        Args:
            tool: What its server calls it, or the name that models know.
            arguments: Default: {}.
            approval_id: The approval that an earlier answer named, after a person has approved it.
            timeout_ms: How long the tool may take. Default: 25000.

        Raises:
            BadRequestError: 400: `invalid_tool_arguments`.
            PermissionDeniedError: 403: `tool_not_allowed`.
            NotFoundError: 404: `approval_not_found`, `mcp_server_not_found`, `tool_not_found`.
            ConflictError: 409: `approval_expired`, `approval_used`, `tool_definition_changed`, `tool_needs_session`.
            BadRequestError: 413: `quota_exceeded`.
            ServerError: 502: `mcp_server_failed`, `tool_outcome_unknown`.
            ServerError: 504: `tool_timed_out`.
        """
        answer: DirectToolCall = self._client.request(
            "POST",
            "/v1/mcp/tools/call",
            body=without_none(
                {
                    "server_id": server_id,
                    "tool": tool,
                    "arguments": arguments,
                    "approval_id": approval_id,
                    "timeout_ms": timeout_ms,
                }
            ),
            options=options,
        )
        return answer

    def get_call(self, call_id: str, **options: Unpack[RequestOptions]) -> DirectToolCall:
        """Read a call that was made with POST /v1/mcp/tools/call.

        Raises:
            NotFoundError: 404: `route_not_found`, `tool_call_not_found`.
        """
        answer: DirectToolCall = self._client.request(
            "GET", path_of("/v1/mcp/tools/calls/{call_id}", call_id=call_id), options=options
        )
        return answer

    def get_call_result(self, call_id: str, **options: Unpack[RequestOptions]) -> str:
        """Read the whole result of a call that was made with POST /v1/mcp/tools/call.

        Raises:
            NotFoundError: 404: `route_not_found`, `tool_call_not_found`.
        """
        answer: str = self._client.request(
            "GET", path_of("/v1/mcp/tools/calls/{call_id}/result", call_id=call_id), options=options, read_as="text"
        )
        return answer

    def finish_authorization(
        self,
        *,
        state: str | None = None,
        code: str | None = None,
        iss: str | None = None,
        error: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> str:
        """Come back from an authorization server, in a browser."""
        answer: str = self._client.request(
            "GET",
            "/v1/mcp/oauth/callback",
            query={"state": state, "code": code, "iss": iss, "error": error},
            options=options,
            read_as="text",
        )
        return answer

    def client_document(self, **options: Unpack[RequestOptions]) -> OAuthClientDocument:
        """Read how the service describes itself to authorization servers.

        Raises:
            ConflictError: 409: `public_url_not_set`.
        """
        answer: OAuthClientDocument = self._client.request("GET", "/v1/mcp/oauth/client.json", options=options)
        return answer
