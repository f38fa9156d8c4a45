"""Tenants, for operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..._http.request import RequestOptions, path_of, without_none
from ..._paging import Page
from ..resource import Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import Tenant, TenantsCreateAnswer, TenantsGetAnswer, TenantsUpdateBody


class Tenants(Resource):
    """Tenants, for operators."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, **options: Unpack[RequestOptions]
    ) -> Page[Tenant]:
        """List tenants, newest first, with what each costs now.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page("/v1/tenants", {"limit": limit, "cursor": cursor}, options)

    def create(self, name: str, **options: Unpack[RequestOptions]) -> TenantsCreateAnswer:
        """Make a tenant with its first key.

        Raises:
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: TenantsCreateAnswer = self._client.request("POST", "/v1/tenants", body={"name": name}, options=options)
        return answer

    def get(self, tenant_id: str, **options: Unpack[RequestOptions]) -> TenantsGetAnswer:
        """Show what a tenant costs and uses.

        Raises:
            NotFoundError: 404: `route_not_found`, `tenant_not_found`.
        """
        answer: TenantsGetAnswer = self._client.request(
            "GET", path_of("/v1/tenants/{tenant_id}", tenant_id=tenant_id), options=options
        )
        return answer

    def update(self, tenant_id: str, params: TenantsUpdateBody, **options: Unpack[RequestOptions]) -> Tenant:
        """Change the name, the weight or the limits of a tenant.

        Raises:
            NotFoundError: 404: `route_not_found`, `tenant_not_found`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: Tenant = self._client.request(
            "PATCH", path_of("/v1/tenants/{tenant_id}", tenant_id=tenant_id), body=params, options=options
        )
        return answer

    def suspend(
        self,
        tenant_id: str,
        *,
        sessions: Literal["pause", "terminate"] | None = None,
        **options: Unpack[RequestOptions],
    ) -> Tenant:
        """Stop a tenant at once: it may read, and its sessions are paused or terminated.

        Args:
            sessions: `pause`: sessions wait, and go on when the tenant is resumed. `terminate`: they end. Default:
                "pause".

        Raises:
            NotFoundError: 404: `route_not_found`, `tenant_not_found`.
            ConflictError: 409: `tenant_is_operator`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: Tenant = self._client.request(
            "POST",
            path_of("/v1/tenants/{tenant_id}/suspend", tenant_id=tenant_id),
            body=without_none({"sessions": sessions}),
            options=options,
        )
        return answer

    def resume(self, tenant_id: str, **options: Unpack[RequestOptions]) -> Tenant:
        """Let a suspended tenant go on, with its paused sessions.

        Raises:
            NotFoundError: 404: `route_not_found`, `tenant_not_found`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: Tenant = self._client.request(
            "POST", path_of("/v1/tenants/{tenant_id}/resume", tenant_id=tenant_id), options=options
        )
        return answer
