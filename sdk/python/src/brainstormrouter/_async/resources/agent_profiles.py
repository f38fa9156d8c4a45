"""Who the agents are, and what they may spend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ..._http.request import RequestOptions, path_of, split_options
from ..._paging import AsyncPager
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import AgentProfile, AgentProfilesDeleteAnswer


class AsyncAgentProfiles(AsyncResource):
    """Who the agents are, and what they may spend."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, **options: Unpack[RequestOptions]
    ) -> AsyncPager[AgentProfile]:
        """List agents, newest first.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page("/v1/agent/profiles", {"limit": limit, "cursor": cursor}, options)

    async def create(self, *, agent_id: str, **fields: Any) -> AgentProfile:
        """Create an agent.

        Raises:
            ConflictError: 409: `agent_exists`.
            BadRequestError: 413: `quota_exceeded`.
        """
        body, options = split_options(fields)
        answer: AgentProfile = await self._client.request(
            "POST", "/v1/agent/profiles", body={"agentId": agent_id, **body}, options=options
        )
        return answer

    async def get(self, agent_id: str, **options: Unpack[RequestOptions]) -> AgentProfile:
        """Read an agent.

        Raises:
            NotFoundError: 404: `agent_not_found`, `route_not_found`.
        """
        answer: AgentProfile = await self._client.request(
            "GET", path_of("/v1/agent/profiles/{agent_id}", agent_id=agent_id), options=options
        )
        return answer

    async def update(self, agent_id: str, **fields: Any) -> AgentProfile:
        """Change an agent.

        Raises:
            NotFoundError: 404: `agent_not_found`, `route_not_found`.
            BadRequestError: 413: `quota_exceeded`.
        """
        body, options = split_options(fields)
        answer: AgentProfile = await self._client.request(
            "PATCH", path_of("/v1/agent/profiles/{agent_id}", agent_id=agent_id), body=body, options=options
        )
        return answer

    async def delete(self, agent_id: str, **options: Unpack[RequestOptions]) -> AgentProfilesDeleteAnswer:
        """Terminate an agent. It runs no more, stays readable with its sessions, and can be activated again.

        Raises:
            NotFoundError: 404: `agent_not_found`, `route_not_found`.
        """
        answer: AgentProfilesDeleteAnswer = await self._client.request(
            "DELETE", path_of("/v1/agent/profiles/{agent_id}", agent_id=agent_id), options=options
        )
        return answer

    async def me(self, **options: Unpack[RequestOptions]) -> AgentProfile:
        """Show the profile of the agent that calls.

        Raises:
            NotFoundError: 404: `agent_not_found`: an API key belongs to a tenant, and to no agent.
        """
        answer: AgentProfile = await self._client.request("GET", "/v1/agent/profiles/me", options=options)
        return answer

    async def transition(
        self, agent_id: str, state: Literal["active", "suspended", "terminated"], **options: Unpack[RequestOptions]
    ) -> AgentProfile:
        """Activate, suspend or terminate an agent.

        Raises:
            NotFoundError: 404: `agent_not_found`, `route_not_found`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: AgentProfile = await self._client.request(
            "PATCH",
            path_of("/v1/agent/profiles/lifecycle/{agent_id}", agent_id=agent_id),
            body={"state": state},
            options=options,
        )
        return answer
