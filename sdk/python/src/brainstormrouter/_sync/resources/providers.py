"""Connections to providers of models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..._http.request import RequestOptions, path_of, without_none
from ..._paging import Page
from ..resource import Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import (
        PatchProvider,
        Provider,
        ProviderDialect,
        ProvidersCatalogAnswer,
        ProvidersRemoveAnswer,
        ProvidersTestAnswer,
        ProvidersTestConnectedAnswer,
        TimeLimits,
    )


class Providers(Resource):
    """Connections to providers of models."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, **options: Unpack[RequestOptions]
    ) -> Page[Provider]:
        """List connected providers, newest first, keys masked.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page("/v1/providers", {"limit": limit, "cursor": cursor}, options)

    def register(
        self,
        provider: str,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        name: str | None = None,
        models: Sequence[Mapping[str, Any]] | None = None,
        headers: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        dialect: ProviderDialect | None = None,
        time_limits: TimeLimits | None = None,
        **options: Unpack[RequestOptions],
    ) -> Provider:
        """Connect a provider; its key is sealed at rest.

        Args:
            provider: A kind of `GET /v1/providers/catalog`.
            base_url: Contains no credentials: they are given as `api_key`.
            name: The name of the provider in events and model filters. Default: its kind.
            headers: Sent with every request. They may hold secrets: they are stored sealed and shown masked.
            extra_body: Put into the body of every request, objects into objects.

        Raises:
            BadRequestError: 400: `address_not_allowed`, `unknown_provider`.
            ConflictError: 409: `provider_exists`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: Provider = self._client.request(
            "POST",
            "/v1/providers",
            body=without_none(
                {
                    "provider": provider,
                    "api_key": api_key,
                    "base_url": base_url,
                    "name": name,
                    "models": models,
                    "headers": headers,
                    "extra_body": extra_body,
                    "dialect": dialect,
                    "time_limits": time_limits,
                }
            ),
            options=options,
        )
        return answer

    def catalog(self, **options: Unpack[RequestOptions]) -> ProvidersCatalogAnswer:
        """List the kinds of providers that can be connected."""
        answer: ProvidersCatalogAnswer = self._client.request("GET", "/v1/providers/catalog", options=options)
        return answer

    def test(
        self,
        provider: str,
        api_key: str,
        *,
        base_url: str | None = None,
        name: str | None = None,
        models: Sequence[Mapping[str, Any]] | None = None,
        headers: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        dialect: ProviderDialect | None = None,
        time_limits: TimeLimits | None = None,
        **options: Unpack[RequestOptions],
    ) -> ProvidersTestAnswer:
        """Ask a provider for one word, to see whether address and key work.

        Args:
            provider: A kind of `GET /v1/providers/catalog`.
            base_url: Contains no credentials: they are given as `api_key`.
            name: The name of the provider in events and model filters. Default: its kind.
            headers: Sent with every request. They may hold secrets: they are stored sealed and shown masked.
            extra_body: Put into the body of every request, objects into objects.

        Raises:
            BadRequestError: 400: `address_not_allowed`, `unknown_model`, `unknown_provider`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: ProvidersTestAnswer = self._client.request(
            "POST",
            "/v1/providers/test",
            body=without_none(
                {
                    "provider": provider,
                    "api_key": api_key,
                    "base_url": base_url,
                    "name": name,
                    "models": models,
                    "headers": headers,
                    "extra_body": extra_body,
                    "dialect": dialect,
                    "time_limits": time_limits,
                }
            ),
            options=options,
        )
        return answer

    def update(self, provider_id: str, params: PatchProvider, **options: Unpack[RequestOptions]) -> Provider:
        """Change key, address, models, headers, fields of the body, dialect or time limits; sessions under way go on with them.

        Raises:
            BadRequestError: 400: `address_not_allowed`, `unknown_provider`.
            NotFoundError: 404: `provider_not_found`, `route_not_found`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: Provider = self._client.request(
            "PATCH", path_of("/v1/providers/{provider_id}", provider_id=provider_id), body=params, options=options
        )
        return answer

    def remove(self, provider_id: str, **options: Unpack[RequestOptions]) -> ProvidersRemoveAnswer:
        """Disconnect a provider.

        Raises:
            NotFoundError: 404: `provider_not_found`, `route_not_found`.
        """
        answer: ProvidersRemoveAnswer = self._client.request(
            "DELETE", path_of("/v1/providers/{provider_id}", provider_id=provider_id), options=options
        )
        return answer

    def test_connected(self, provider_id: str, **options: Unpack[RequestOptions]) -> ProvidersTestConnectedAnswer:
        """Ask a connected provider for one word; when it answers, its models are chosen again at once.

        Raises:
            BadRequestError: 400: `unknown_model`.
            NotFoundError: 404: `provider_not_found`, `route_not_found`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: ProvidersTestConnectedAnswer = self._client.request(
            "POST", path_of("/v1/providers/{provider_id}/test", provider_id=provider_id), options=options
        )
        return answer
