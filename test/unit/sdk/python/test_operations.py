"""Every operation of the OpenAPI document has a method, and every method sends an operation."""

from __future__ import annotations

import inspect
import json
import os
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from brainstormrouter import BrainstormRouter

DOCUMENT: dict[str, Any] = json.loads(Path(os.environ["OPENAPI"]).read_text())
VERBS = ("get", "post", "put", "patch", "delete")
OPERATIONS = {
    operation["operationId"]: (verb.upper(), path, operation)
    for path, item in DOCUMENT["paths"].items()
    for verb, operation in item.items()
    if verb in VERBS
}
# Of the client 0.1.0. The service answers what to use instead.
NOT_SERVED = {"observability", "presets", "prompts", "governance.compliance", "governance.sleepTimeReport"}
BEYOND = {"agentProfiles.me", "agentRuns.stream", "agentRuns.start", "agentRuns.attach"}


def snake(name: str) -> str:
    """`setLimit` becomes `set_limit`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def camel(name: str) -> str:
    """`set_limit` becomes `setLimit`."""
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


class Recorder:
    """Keeps the request, and answers in a way that every method understands."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        http_client = httpx.Client(transport=httpx.MockTransport(self.answer))
        self.client = BrainstormRouter(api_key="brk_x", base_url="http://test", http_client=http_client, max_retries=0)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answers with an empty list, or with a run that is over."""
        self.requests.append(request)
        if request.headers["accept"] == "text/event-stream":
            end = 'id: 1\nevent: session.status_ended\ndata: {"reason":"completed"}\n\n'
            return httpx.Response(200, headers={"content-type": "text/event-stream"}, text=end)
        return httpx.Response(200, json={"data": [], "next_cursor": None})


def method_of(client: BrainstormRouter, operation_id: str) -> Any:
    """The method of an operation."""
    resource, name = operation_id.split(".")
    return getattr(getattr(client, snake(resource)), snake(name))


def arguments_of(method: Any) -> dict[str, Any]:
    """A value for every argument of a method."""
    values: dict[str, Any] = {}
    for parameter in inspect.signature(method).parameters.values():
        annotation = str(parameter.annotation)
        if parameter.kind is parameter.VAR_KEYWORD or parameter.name in {"throw_on_failure"}:
            continue
        if parameter.name in {"params", "event"} or annotation.startswith(("Mapping", "dict")):
            values[parameter.name] = {"a": 1}
        elif annotation.startswith("Sequence"):
            values[parameter.name] = ["a", "b"]
        elif annotation.startswith(("int", "float")):
            values[parameter.name] = 7
        elif annotation.startswith("bool"):
            values[parameter.name] = True
        else:
            values[parameter.name] = f"{parameter.name}?/ä"
    return values


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_an_operation_has_a_method_that_sends_it(operation_id: str) -> None:
    """Method, path, and the names of the query and of the fields of the body."""
    verb, path, operation = OPERATIONS[operation_id]
    recorder = Recorder()
    method = method_of(recorder.client, operation_id)
    method(**arguments_of(method))
    request = recorder.requests[0]
    assert request.method == verb
    pattern = re.escape(path).replace(r"\{name\}", ".+")
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", pattern)
    assert re.fullmatch(pattern, request.url.raw_path.decode().partition("?")[0])
    described = operation.get("parameters", [])
    names = {each["name"] for each in described if each["in"] == "query"}
    in_path = {each["name"] for each in described if each["in"] == "path"}
    # A parameter that is in the path as well, or that a run sets by itself, needs no argument.
    assert set(request.url.params) == (set() if operation_id == "agentRuns.run" else names - in_path)
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    assert (request.content != b"") == (schema is not None)
    if schema is None or "params" in arguments_of(method) or "event" in arguments_of(method):
        return
    reference = schema.get("$ref", "").rpartition("/")[2]
    described_body = DOCUMENT["components"]["schemas"][reference] if reference else schema
    sent = json.loads(request.content)
    assert set(sent) <= set(described_body["properties"])
    if not operation_id.startswith("agentProfiles."):
        assert set(sent) == set(described_body["properties"])


def test_a_method_sends_an_operation() -> None:
    """The other way round: nothing is called that the document does not know."""
    client = Recorder().client
    resources = [
        name for name, value in inspect.getmembers(type(client)) if value.__class__.__name__ == "cached_property"
    ]
    methods = {
        f"{camel(resource)}.{camel(name)}"
        for resource in resources
        for name, _ in inspect.getmembers(getattr(client, resource), inspect.ismethod)
        if not name.startswith("_") and camel(resource) not in NOT_SERVED
    }
    assert methods - NOT_SERVED - BEYOND == set(OPERATIONS)


def test_every_method_says_what_it_does() -> None:
    """In a docstring."""
    client = Recorder().client
    assert [each for each in OPERATIONS if not inspect.getdoc(method_of(client, each))] == []


def test_a_method_takes_the_options_of_a_request() -> None:
    """Headers, query, a key, and no retries."""
    recorder = Recorder()
    recorder.client.budget.set_limit(
        "a", daily_usd=None, extra_headers={"x-a": "b"}, extra_query={"c": "d"}, idempotency_key="e", timeout=3
    )
    request = recorder.requests[0]
    assert (request.headers["x-a"], request.url.params["c"]) == ("b", "d")
    assert request.extensions["timeout"]["read"] == 3
    assert json.loads(request.content) == {"agent_id": "a", "daily_usd": None}
    recorder.client.agent_profiles.create(agent_id="a", display_name="A", idempotency_key="k")
    assert recorder.requests[1].headers["idempotency-key"] == "k"
    assert json.loads(recorder.requests[1].content) == {"agentId": "a", "display_name": "A"}
