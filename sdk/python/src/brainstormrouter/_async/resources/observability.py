"""Where traces and events go, under the names of the client 0.1.0. A service without it answers what to use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..._http.request import RequestOptions, path_of
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack


class AsyncObservability(AsyncResource):
    """Destinations of traces and events.

    A service that does not have them raises NotFoundError, whose `recovery` names what to use.
    """

    async def get_config(self, **options: Unpack[RequestOptions]) -> Any:
        """Show the settings."""
        return await self._client.request("GET", "/v1/observability/config", options=options)

    async def update_config(self, params: Mapping[str, Any], **options: Unpack[RequestOptions]) -> Any:
        """Change the settings."""
        return await self._client.request("PUT", "/v1/observability/config", body=params, options=options)

    async def list_destinations(self, **options: Unpack[RequestOptions]) -> Any:
        """List the destinations."""
        return await self._client.request("GET", "/v1/observability/destinations", options=options)

    async def add_destination(self, params: Mapping[str, Any], **options: Unpack[RequestOptions]) -> Any:
        """Add a destination."""
        return await self._client.request("POST", "/v1/observability/destinations", body=params, options=options)

    async def update_destination(
        self, dest_id: str, params: Mapping[str, Any], **options: Unpack[RequestOptions]
    ) -> Any:
        """Change a destination."""
        path = path_of("/v1/observability/destinations/{dest_id}", dest_id=dest_id)
        return await self._client.request("PUT", path, body=params, options=options)

    async def remove_destination(self, dest_id: str, **options: Unpack[RequestOptions]) -> Any:
        """Remove a destination."""
        path = path_of("/v1/observability/destinations/{dest_id}", dest_id=dest_id)
        return await self._client.request("DELETE", path, options=options)

    async def templates(self, provider: str | None = None, **options: Unpack[RequestOptions]) -> Any:
        """List templates of destinations, or show that of one provider."""
        path = "/v1/observability/templates"
        if provider is not None:
            path = path_of("/v1/observability/templates/{provider}", provider=provider)
        return await self._client.request("GET", path, options=options)
