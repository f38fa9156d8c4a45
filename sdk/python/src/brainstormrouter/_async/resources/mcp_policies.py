"""Which tool calls are allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from ..._http.request import RequestOptions, path_of, without_none
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import (
        McpCheckCallAnswer,
        McpGetGovernanceAnswer,
        McpRemovePolicyAnswer,
        McpUpdateGovernanceAnswer,
        ToolPolicy,
        ToolPolicyRequest,
    )


class AsyncMcpPolicies(AsyncResource):
    """Which tool calls are allowed."""

    async def get_governance(
        self, *, limit: int | None = None, cursor: str | None = None, **options: Unpack[RequestOptions]
    ) -> McpGetGovernanceAnswer:
        """Read the tool policies, a page at a time, and what is set for all tools.

        Args:
            limit: How many policies a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        answer: McpGetGovernanceAnswer = await self._client.request(
            "GET",
            "/v1/mcp/governance",
            query=without_none({"limit": limit, "cursor": cursor}),
            options=options,
        )
        return answer

    async def update_governance(
        self,
        *,
        unknown_tools: Literal["allow", "ask", "deny"] | None = None,
        taint: Literal["ask", "off"] | None = None,
        unknown_effects: Literal["ask", "tell"] | None = None,
        **options: Unpack[RequestOptions],
    ) -> McpUpdateGovernanceAnswer:
        """Set what tools meet that no policy names, and what they meet when text from outside is in a conversation.

        Args:
            unknown_tools: What a tool meets that no policy names. The bundled tools are known and are allowed.
            taint: What a tool meets that changes something or goes out, once output of an external tool is in the
                conversation. `ask`: it needs approval, unless a policy says `allow_tainted`.
            unknown_effects: What follows when nobody knows whether a call took effect that may have changed something.
                `ask` (default): the session goes idle until a person says so. `tell`: the model is told, and the run
                goes on.

        Raises:
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: McpUpdateGovernanceAnswer = await self._client.request(
            "PUT",
            "/v1/mcp/governance",
            body=without_none({"unknown_tools": unknown_tools, "taint": taint, "unknown_effects": unknown_effects}),
            options=options,
        )
        return answer

    async def set_policy(self, params: ToolPolicyRequest, **options: Unpack[RequestOptions]) -> ToolPolicy:
        """Set the policy of the tools that a glob names.

        Raises:
            BadRequestError: 400: `unknown_tool`.
            NotFoundError: 404: `agent_not_found`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: ToolPolicy = await self._client.request(
            "PUT", "/v1/mcp/governance/policy", body=params, options=options
        )
        return answer

    async def get_policy(self, policy_id: str, **options: Unpack[RequestOptions]) -> ToolPolicy:
        """Read a tool policy.

        Raises:
            NotFoundError: 404: `route_not_found`, `tool_policy_not_found`.
        """
        answer: ToolPolicy = await self._client.request(
            "GET", path_of("/v1/mcp/governance/policy/{policy_id}", policy_id=policy_id), options=options
        )
        return answer

    async def remove_policy(self, policy_id: str, **options: Unpack[RequestOptions]) -> McpRemovePolicyAnswer:
        """Delete a tool policy.

        Raises:
            NotFoundError: 404: `route_not_found`, `tool_policy_not_found`.
        """
        answer: McpRemovePolicyAnswer = await self._client.request(
            "DELETE", path_of("/v1/mcp/governance/policy/{policy_id}", policy_id=policy_id), options=options
        )
        return answer

    async def check_call(
        self,
        tool: str,
        *,
        agent_id: str | None = None,
        arguments: Mapping[str, Any] | None = None,
        tainted: bool | None = None,
        **options: Unpack[RequestOptions],
    ) -> McpCheckCallAnswer:
        """Say what a call of a tool would meet, and why. Nothing is called.

        Args:
            agent_id: Whose policies apply. Absent: those of the tenant.
            tool: The tool: `server/tool`, the name that its server gives it, or the name that models see.
            arguments: Default: {}.
            tainted: True: as if output of an external tool were in the conversation. Default: false.

        Raises:
            BadRequestError: 400: `unknown_tool`.
            NotFoundError: 404: `agent_not_found`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: McpCheckCallAnswer = await self._client.request(
            "POST",
            "/v1/mcp/governance/check",
            body=without_none({"agent_id": agent_id, "tool": tool, "arguments": arguments, "tainted": tainted}),
            options=options,
        )
        return answer
