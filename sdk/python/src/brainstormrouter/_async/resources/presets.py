"""Presets, under the names of the client 0.1.0. The service has none, and answers what to use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..._http.request import RequestOptions, path_of
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack


class AsyncPresets(AsyncResource):
    """Presets. Every method raises NotFoundError, whose `recovery` names what to use: settings of agents and of runs."""

    async def list(self, **options: Unpack[RequestOptions]) -> Any:
        """List presets."""
        return await self._client.request("GET", "/v1/presets", options=options)

    async def create(self, params: Mapping[str, Any], **options: Unpack[RequestOptions]) -> Any:
        """Create a preset."""
        return await self._client.request("POST", "/v1/presets", body=params, options=options)

    async def get(self, slug: str, **options: Unpack[RequestOptions]) -> Any:
        """Show a preset."""
        return await self._client.request("GET", path_of("/v1/presets/{slug}", slug=slug), options=options)

    async def update(self, slug: str, params: Mapping[str, Any], **options: Unpack[RequestOptions]) -> Any:
        """Change a preset."""
        path = path_of("/v1/presets/{slug}", slug=slug)
        return await self._client.request("PUT", path, body=params, options=options)

    async def remove(self, slug: str, **options: Unpack[RequestOptions]) -> Any:
        """Remove a preset."""
        return await self._client.request("DELETE", path_of("/v1/presets/{slug}", slug=slug), options=options)

    async def simulate(self, slug: str, **options: Unpack[RequestOptions]) -> Any:
        """Try a preset."""
        return await self._client.request("POST", path_of("/v1/presets/{slug}/simulate", slug=slug), options=options)
