"""API keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from ..._http.request import RequestOptions, path_of, without_none
from ..._paging import AsyncPager
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import ApiKey, ApiKeysCreateAnswer, ApiKeysRevokeAnswer


class AsyncApiKeys(AsyncResource):
    """API keys."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, **options: Unpack[RequestOptions]
    ) -> AsyncPager[ApiKey]:
        """List API keys, newest first.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page("/v1/api-keys", {"limit": limit, "cursor": cursor}, options)

    async def create(
        self,
        *,
        name: str | None = None,
        scopes: Sequence[Literal["admin", "run", "read"]] | None = None,
        expires_at: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> ApiKeysCreateAnswer:
        """Make an API key; it is shown this once.

        Args:
            name: Default: "".
            scopes: Default: ["run", "read"].

        Raises:
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: ApiKeysCreateAnswer = await self._client.request(
            "POST",
            "/v1/api-keys",
            body=without_none({"name": name, "scopes": scopes, "expires_at": expires_at}),
            options=options,
        )
        return answer

    async def revoke(self, key_id: str, **options: Unpack[RequestOptions]) -> ApiKeysRevokeAnswer:
        """Revoke an API key.

        Raises:
            NotFoundError: 404: `api_key_not_found`, `route_not_found`.
        """
        answer: ApiKeysRevokeAnswer = await self._client.request(
            "DELETE", path_of("/v1/api-keys/{key_id}", key_id=key_id), options=options
        )
        return answer
