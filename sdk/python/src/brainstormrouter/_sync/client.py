"""The client. A resource is loaded when it is used first, since a program uses few of them."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

import httpx

from .._events.reconnecting import DEFAULT_MAX_RECONNECTS
from .._http.client_certificate import verification_of
from .._http.request import Method, ReadAs, RequestOptions, RequestSpec, path_of, spec_of
from .._http.settings import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_SILENCE_TIMEOUT_S,
    DEFAULT_TIMEOUT_S,
    settings_of,
)
from .._http.settings import (
    logger as default_logger,
)
from .._middleware import Middleware
from .._paging import Page
from .._run.commands import user_interrupt
from .._self import Self
from .._unchanged import UNCHANGED, Unchanged
from .resource import page_of
from .session_file import SessionFile
from .transport import Transport

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from . import resources
    from .agent_runs import AgentRuns

LEAVE_TIMEOUT_S = 5.0


class BrainstormRouter:
    """A client of BrainstormRouter.

    Args:
        api_key: Begins with `brk_`. Default: BRAINSTORMROUTER_API_KEY of the environment. An empty key is not sent.
        base_url: The address of the service, without `/v1`. Default: BRAINSTORMROUTER_BASE_URL of the environment, else
            https://api.brainstormrouter.com.
        timeout: How many seconds each wait for the server may take. Default: 60. None: no limit. A stream has no limit
            once it has begun.
        max_retries: How many times a call that failed for a passing reason is sent again. Default: 2.
        silence_timeout: After how many seconds without a byte a stream is taken for dead. Default: 45, three heartbeats.
        max_reconnects: So many connections in a row may bring no event before a stream is given up with an error. Default:
            10, which takes about a minute and a half.
        default_headers: Headers of every request.
        default_query: Parameters of the query of every request.
        http_client: Sends the requests: an `Client` of httpx or httpx2. It is yours to close. Default: one of its own.
        middleware: Stands around each attempt. The first one is the outermost.
        logger: Default: the logger `brainstormrouter`. INFO tells of every repetition, DEBUG of every attempt. Headers with
            secrets are logged as `***`; bodies are not logged.
        max_estimated_cost: The most that a chat call may be estimated to cost, in US dollars.
        guardian_off: Turns the Guardian of chat calls off.
        client_cert: A file with a certificate of this client (PEM), for mutual TLS.
        client_key: The file with its key. Default: the key is in `client_cert`.

    Raises:
        UsageError: There is no API key, or an argument makes no sense.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float | None = DEFAULT_TIMEOUT_S,
        max_retries: int = DEFAULT_MAX_RETRIES,
        silence_timeout: float = DEFAULT_SILENCE_TIMEOUT_S,
        max_reconnects: int = DEFAULT_MAX_RECONNECTS,
        default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, object] | None = None,
        http_client: httpx.Client | None = None,
        middleware: Sequence[Middleware] = (),
        logger: logging.Logger = default_logger,
        max_estimated_cost: float | None = None,
        guardian_off: bool = False,
        client_cert: str | None = None,
        client_key: str | None = None,
    ) -> None:
        self._settings = settings_of(
            api_key=api_key,
            base_url=base_url,
            timeout=timeout,
            max_retries=max_retries,
            silence_timeout=silence_timeout,
            max_reconnects=max_reconnects,
            default_headers=default_headers,
            default_query=default_query,
            middleware=middleware,
            logger=logger,
            max_estimated_cost=max_estimated_cost,
            guardian_off=guardian_off,
            environment=os.environ,
        )
        self._owns_http_client = http_client is None
        if http_client is None:
            # Each run that is followed holds a connection, and nothing limits the number of runs.
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
            http_client = httpx.Client(limits=limits, verify=verification_of(client_cert, client_key))
        self._transport = Transport(http_client)

    @property
    def api_key(self) -> str:
        """The API key."""
        return self._settings.api_key

    @property
    def base_url(self) -> str:
        """The address of the service."""
        return self._settings.base_url

    def with_options(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float | Unchanged | None = UNCHANGED,
        max_retries: int | None = None,
        silence_timeout: float | None = None,
        max_reconnects: int | None = None,
        default_headers: Mapping[str, str] | None = None,
        middleware: Sequence[Middleware] | None = None,
    ) -> Self:
        """Returns a client that differs in these options. Both share their connections.

        Args:
            default_headers: They are added to those of this client.
            middleware: It takes the place of that of this client.
        """
        before = self._settings
        other = object.__new__(type(self))
        other._transport, other._owns_http_client = self._transport, False
        other._settings = replace(
            before,
            api_key=before.api_key if api_key is None else api_key,
            base_url=before.base_url if base_url is None else base_url.rstrip("/"),
            timeout=before.timeout if isinstance(timeout, Unchanged) else timeout,
            max_retries=before.max_retries if max_retries is None else max_retries,
            silence_timeout=before.silence_timeout if silence_timeout is None else silence_timeout,
            max_reconnects=before.max_reconnects if max_reconnects is None else max_reconnects,
            headers={**before.headers, **(default_headers or {})},
            middleware=before.middleware if middleware is None else tuple(middleware),
        )
        return other

    def request(
        self,
        method: Method,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        options: RequestOptions | None = None,
        read_as: ReadAs = "json",
    ) -> Any:
        """Sends a request, again where that may help.

        Args:
            path: Begins with a slash: `/v1/providers`.
            query: A parameter that is None is left out.
            body: Is sent as JSON. None: there is no body.
            read_as: What the answer is: `json`, `text`, `bytes`, or what its type says (`auto`).

        Returns:
            The decoded body of the answer.

        Raises:
            ApiError: The service refused. Its subclasses name the statuses.
            ApiConnectionError: No answer came.
            ProtocolError: The answer is none of this API.
        """
        spec = self._spec(method, path, query=query, body=body, headers=headers, options=options)
        _, content = self._transport.call(self._settings, spec, read_as)
        return content

    def open_file(self, path: str, options: RequestOptions | None = None) -> SessionFile:
        """Asks for a file that is read as it comes."""
        spec = self._spec("GET", path, headers={"accept": "*/*"}, options=options)
        response = self._transport.open(self._settings, spec)
        return SessionFile(response, self._transport.errors)

    def get_page(
        self, path: str, query: Mapping[str, object] | None = None, options: RequestOptions | None = None
    ) -> Page[Any]:
        """Asks for a list that has pages: `data` and `next_cursor`."""
        return page_of(self, path, query or {}, options)

    def get(self, path: str, *, query: Mapping[str, object] | None = None, **options: Unpack[RequestOptions]) -> Any:
        """Sends a GET, for what has no method of its own. See `request`."""
        return self.request("GET", path, query=query, options=options, read_as="auto")

    def post(self, path: str, body: object = None, **options: Unpack[RequestOptions]) -> Any:
        """Sends a POST, for what has no method of its own. See `request`."""
        return self.request("POST", path, body=body, options=options, read_as="auto")

    def put(self, path: str, body: object = None, **options: Unpack[RequestOptions]) -> Any:
        """Sends a PUT, for what has no method of its own. See `request`."""
        return self.request("PUT", path, body=body, options=options, read_as="auto")

    def patch(self, path: str, body: object = None, **options: Unpack[RequestOptions]) -> Any:
        """Sends a PATCH, for what has no method of its own. See `request`."""
        return self.request("PATCH", path, body=body, options=options, read_as="auto")

    def delete(self, path: str, **options: Unpack[RequestOptions]) -> Any:
        """Sends a DELETE, for what has no method of its own. See `request`."""
        return self.request("DELETE", path, options=options, read_as="auto")

    def close(self) -> None:
        """Closes the connections, unless the HTTP client is yours or another client's."""
        if self._owns_http_client:
            self._transport.http_client.close()

    def __enter__(self) -> Self:
        """Returns the client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Closes the client."""
        self.close()

    def _spec(
        self,
        method: Method,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        options: RequestOptions | None = None,
    ) -> RequestSpec:
        return spec_of(self._settings, method, path, query=query, body=body, headers=headers, options=options)

    def _interrupt(self, session_id: str) -> None:
        """Interrupts a run that somebody leaves, who will not wait long."""
        path = path_of("/v1/sessions/{session_id}/events", session_id=session_id)
        options: RequestOptions = {"timeout": LEAVE_TIMEOUT_S, "max_retries": 1}
        self.request("POST", path, body=user_interrupt(), options=options)

    @cached_property
    def agent_runs(self) -> AgentRuns:
        """Runs of agents: start one, follow it, steer it, take it up again."""
        from .agent_runs import AgentRuns

        return AgentRuns(self)

    @cached_property
    def agent(self) -> resources.Agent:
        """Agents at their beginning."""
        from .resources.agent import Agent

        return Agent(self)

    @cached_property
    def agent_profiles(self) -> resources.AgentProfiles:
        """Who the agents are, and what they may spend."""
        from .resources.agent_profiles import AgentProfiles

        return AgentProfiles(self)

    @cached_property
    def sessions(self) -> resources.Sessions:
        """Sessions of any agent."""
        from .resources.sessions import Sessions

        return Sessions(self)

    @cached_property
    def context(self) -> resources.Context:
        """Documents that agents read on every turn."""
        from .resources.context import Context

        return Context(self)

    @cached_property
    def providers(self) -> resources.Providers:
        """Connections to providers of models."""
        from .resources.providers import Providers

        return Providers(self)

    @cached_property
    def br_models(self) -> resources.Models:
        """Models, and how well they do."""
        from .resources.br_models import Models

        return Models(self)

    @cached_property
    def mcp(self) -> resources.MCP:
        """Tool servers, tools, calls and policies."""
        from .resources.mcp import MCP

        return MCP(self)

    @cached_property
    def governance(self) -> resources.Governance:
        """What was changed, and by whom."""
        from .resources.governance import Governance

        return Governance(self)

    @cached_property
    def approvals(self) -> resources.Approvals:
        """Calls that wait for a decision."""
        from .resources.approvals import Approvals

        return Approvals(self)

    @cached_property
    def bulk_jobs(self) -> resources.BulkJobs:
        """Jobs that do one thing to many sessions."""
        from .resources.bulk_jobs import BulkJobs

        return BulkJobs(self)

    @cached_property
    def memory(self) -> resources.Memory:
        """Facts that agents remember."""
        from .resources.memory import Memory

        return Memory(self)

    @cached_property
    def guardrails(self) -> resources.Guardrails:
        """Rules over what goes in and out."""
        from .resources.guardrails import Guardrails

        return Guardrails(self)

    @cached_property
    def budget(self) -> resources.Budget:
        """What agents may spend on a day."""
        from .resources.budget import Budget

        return Budget(self)

    @cached_property
    def usage(self) -> resources.Usage:
        """What was spent."""
        from .resources.usage import Usage

        return Usage(self)

    @cached_property
    def api_keys(self) -> resources.ApiKeys:
        """API keys."""
        from .resources.api_keys import ApiKeys

        return ApiKeys(self)

    @cached_property
    def limits(self) -> resources.Limits:
        """Limits of the tenant."""
        from .resources.limits import Limits

        return Limits(self)

    @cached_property
    def tenants(self) -> resources.Tenants:
        """Tenants, for operators."""
        from .resources.tenants import Tenants

        return Tenants(self)

    @cached_property
    def health(self) -> resources.Health:
        """Whether the service works."""
        from .resources.health import Health

        return Health(self)

    @cached_property
    def service(self) -> resources.ServiceOperations:
        """The description and the figures of the service."""
        from .resources.service import ServiceOperations

        return ServiceOperations(self)

    @cached_property
    def observability(self) -> resources.Observability:
        """Destinations of traces and events."""
        from .resources.observability import Observability

        return Observability(self)

    @cached_property
    def presets(self) -> resources.Presets:
        """Presets of the client 0.1.0."""
        from .resources.presets import Presets

        return Presets(self)

    @cached_property
    def prompts(self) -> resources.Prompts:
        """Prompts of the client 0.1.0."""
        from .resources.prompts import Prompts

        return Prompts(self)
