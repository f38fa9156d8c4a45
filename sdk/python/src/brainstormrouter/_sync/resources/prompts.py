"""Prompts, under the names of the client 0.1.0. The service has none, and answers what to use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..._http.request import RequestOptions, path_of, without_none
from ..resource import Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Prompts(Resource):
    """Prompts. Every method raises NotFoundError, whose `recovery` names what to use: context documents of an agent."""

    def list(self, **options: Unpack[RequestOptions]) -> Any:
        """List prompts."""
        return self._client.request("GET", "/v1/prompts", options=options)

    def create(self, params: Mapping[str, Any], **options: Unpack[RequestOptions]) -> Any:
        """Create a prompt."""
        return self._client.request("POST", "/v1/prompts", body=params, options=options)

    def get(self, prompt_id: str, **options: Unpack[RequestOptions]) -> Any:
        """Show a prompt."""
        return self._client.request("GET", _path(prompt_id), options=options)

    def update(self, prompt_id: str, params: Mapping[str, Any], **options: Unpack[RequestOptions]) -> Any:
        """Change a prompt."""
        return self._client.request("PUT", _path(prompt_id), body=params, options=options)

    def remove(self, prompt_id: str, **options: Unpack[RequestOptions]) -> Any:
        """Remove a prompt."""
        return self._client.request("DELETE", _path(prompt_id), options=options)

    def resolve(
        self,
        prompt_id: str,
        *,
        variables: Mapping[str, str] | None = None,
        version: int | None = None,
        environment: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> Any:
        """Fill a prompt in."""
        body = without_none({"variables": variables, "version": version, "environment": environment})
        return self._client.request("POST", f"{_path(prompt_id)}/resolve", body=body, options=options)

    def ab_test(
        self,
        prompt_id: str,
        *,
        version_a: int,
        version_b: int,
        split_ratio: float = 0.5,
        **options: Unpack[RequestOptions],
    ) -> Any:
        """Compare two versions of a prompt."""
        body = {"version_a": version_a, "version_b": version_b, "split_ratio": split_ratio}
        return self._client.request("POST", f"{_path(prompt_id)}/ab-test", body=body, options=options)


def _path(prompt_id: str) -> str:
    return path_of("/v1/prompts/{prompt_id}", prompt_id=prompt_id)
