"""Rules over what goes in and out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from ..._http.request import RequestOptions, path_of, without_none
from ..._paging import AsyncPager
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import (
        GuardrailConfig,
        GuardrailProvider,
        GuardrailProviderRequest,
        GuardrailsRemoveProviderAnswer,
        GuardrailsTestAnswer,
        GuardrailsUpdateConfigBody,
        GuardrailTemplate,
    )


class AsyncGuardrails(AsyncResource):
    """Rules over what goes in and out."""

    async def get_config(self, *, agent_id: str | None = None, **options: Unpack[RequestOptions]) -> GuardrailConfig:
        """Read what guards messages, answers and tool calls of all agents or of one.

        Args:
            agent_id: 3 to 64 characters of a-z, 0-9 and -.

        Raises:
            NotFoundError: 404: `agent_not_found`.
        """
        answer: GuardrailConfig = await self._client.request(
            "GET", "/v1/guardrails/config", query={"agent_id": agent_id}, options=options
        )
        return answer

    async def update_config(
        self, params: GuardrailsUpdateConfigBody, *, agent_id: str | None = None, **options: Unpack[RequestOptions]
    ) -> GuardrailConfig:
        """Change what guards messages, answers and tool calls of all agents or of one.

        Args:
            agent_id: 3 to 64 characters of a-z, 0-9 and -.

        Raises:
            NotFoundError: 404: `agent_not_found`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: GuardrailConfig = await self._client.request(
            "PUT", "/v1/guardrails/config", query={"agent_id": agent_id}, body=params, options=options
        )
        return answer

    def list_providers(
        self, *, limit: int | None = None, cursor: str | None = None, **options: Unpack[RequestOptions]
    ) -> AsyncPager[GuardrailProvider]:
        """List external guardrail providers, newest first.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page("/v1/guardrails/providers", {"limit": limit, "cursor": cursor}, options)

    async def add_provider(
        self, params: GuardrailProviderRequest, **options: Unpack[RequestOptions]
    ) -> GuardrailProvider:
        """Connect an external guardrail provider.

        Raises:
            BadRequestError: 400: `address_not_allowed`.
            ConflictError: 409: `guardrail_provider_exists`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: GuardrailProvider = await self._client.request(
            "POST", "/v1/guardrails/providers", body=params, options=options
        )
        return answer

    async def remove_provider(
        self, provider_id: str, **options: Unpack[RequestOptions]
    ) -> GuardrailsRemoveProviderAnswer:
        """Disconnect a guardrail provider that no rule names.

        Raises:
            NotFoundError: 404: `guardrail_provider_not_found`, `route_not_found`.
            ConflictError: 409: `guardrail_provider_in_use`.
        """
        answer: GuardrailsRemoveProviderAnswer = await self._client.request(
            "DELETE",
            path_of("/v1/guardrails/providers/{guardrail_provider_id}", guardrail_provider_id=provider_id),
            options=options,
        )
        return answer

    def templates(
        self, *, limit: int | None = None, cursor: str | None = None, **options: Unpack[RequestOptions]
    ) -> AsyncPager[GuardrailTemplate]:
        """List configurations to begin with.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page("/v1/guardrails/templates", {"limit": limit, "cursor": cursor}, options)

    async def test(
        self,
        text: str,
        *,
        agent_id: str | None = None,
        providers: Sequence[str] | None = None,
        hook: Literal["input", "output", "tool_args", "tool_result"] | None = None,
        **options: Unpack[RequestOptions],
    ) -> GuardrailsTestAnswer:
        """Try a text against the guardrails.

        Args:
            agent_id: Absent: the rules for all agents of the tenant are tried.
            providers: Names or ids of guardrail providers that are asked besides, as rules that block.
            hook: Absent: all four hooks are tried.

        Raises:
            NotFoundError: 404: `agent_not_found`, `guardrail_provider_not_found`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: GuardrailsTestAnswer = await self._client.request(
            "POST",
            "/v1/guardrails/test",
            body=without_none({"text": text, "agent_id": agent_id, "providers": providers, "hook": hook}),
            options=options,
        )
        return answer
