"""The client of OpenAI with the resources of this package, as the client 0.1.0 was. It needs `brainstormrouter[openai]`.

    from brainstormrouter.openai import BrainstormRouter

    client = BrainstormRouter(api_key="brk_...")
    client.chat.completions.create(model="auto", messages=[...])
    client.agent_runs.run("research-01", message="...")

Chat calls go to the gateway. What this package serves goes through its own client, with its retries and errors.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from openai import AsyncOpenAI, OpenAI

from ._async.client import AsyncBrainstormRouter as AsyncCore
from ._guardian import GuardianInfo, parse_guardian_headers
from ._http.settings import DEFAULT_BASE_URL
from ._sync.client import BrainstormRouter as Core

if TYPE_CHECKING:
    from collections.abc import Mapping


def _headers(given: Mapping[str, str] | None, max_estimated_cost: float | None, guardian_off: bool) -> dict[str, str]:
    headers = dict(given or {})
    if guardian_off:
        headers["X-BR-Guardian"] = "off"
    if max_estimated_cost is not None:
        headers["X-BR-Max-Estimated-Cost"] = str(max_estimated_cost)
    return headers


def _address(base_url: str | None) -> str:
    return base_url or os.environ.get("BRAINSTORMROUTER_BASE_URL") or DEFAULT_BASE_URL


class BrainstormRouter(OpenAI):
    """The client of OpenAI, with the resources of `brainstormrouter.BrainstormRouter` beside its own.

    Args:
        api_key: Default: BRAINSTORMROUTER_API_KEY of the environment.
        base_url: Without `/v1`. Default: BRAINSTORMROUTER_BASE_URL of the environment, else the public service.
        max_estimated_cost: The most that a chat call may be estimated to cost, in US dollars.
        guardian_off: Turns the Guardian of chat calls off.
        client_cert: A file with a certificate of this client (PEM), for calls of the resources of this package.
        client_key: The file with its key.
        **kwargs: What the client of OpenAI takes.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        max_estimated_cost: float | None = None,
        guardian_off: bool = False,
        client_cert: str | None = None,
        client_key: str | None = None,
        **kwargs: Any,
    ) -> None:
        key = api_key or os.environ.get("BRAINSTORMROUTER_API_KEY", "")
        address = _address(base_url)
        headers = _headers(kwargs.pop("default_headers", None), max_estimated_cost, guardian_off)
        super().__init__(api_key=key, base_url=address, default_headers=headers, **kwargs)
        self._core = Core(api_key=key, base_url=address, client_cert=client_cert, client_key=client_key)

    def __getattr__(self, name: str) -> Any:
        """Returns a resource of this package, where OpenAI has none of this name."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._core, name)

    def create_guardian_completion(
        self, extra_headers: dict[str, str] | None = None, **kwargs: Any
    ) -> tuple[Any, GuardianInfo]:
        """Makes a chat completion, and returns it with what the gateway says about it."""
        response = self.chat.completions.with_raw_response.create(extra_headers=extra_headers or {}, **kwargs)
        return response.parse(), parse_guardian_headers(response.headers)


class AsyncBrainstormRouter(AsyncOpenAI):
    """The asynchronous client of OpenAI, with the resources of `brainstormrouter.AsyncBrainstormRouter` beside its own.

    Its arguments are those of `BrainstormRouter`.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        max_estimated_cost: float | None = None,
        guardian_off: bool = False,
        client_cert: str | None = None,
        client_key: str | None = None,
        **kwargs: Any,
    ) -> None:
        key = api_key or os.environ.get("BRAINSTORMROUTER_API_KEY", "")
        address = _address(base_url)
        headers = _headers(kwargs.pop("default_headers", None), max_estimated_cost, guardian_off)
        super().__init__(api_key=key, base_url=address, default_headers=headers, **kwargs)
        self._core = AsyncCore(api_key=key, base_url=address, client_cert=client_cert, client_key=client_key)

    def __getattr__(self, name: str) -> Any:
        """Returns a resource of this package, where OpenAI has none of this name."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._core, name)
