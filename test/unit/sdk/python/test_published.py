"""This package is a superset of the client 0.1.0, whose names and signatures are in published-client.json."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

import brainstormrouter

PUBLISHED: dict[str, Any] = json.loads((Path(__file__).parent / "published-client.json").read_text())
CLIENTS = [brainstormrouter.BrainstormRouter, brainstormrouter.AsyncBrainstormRouter]
MADE = {client: client(api_key="brk_x") for client in CLIENTS}
METHODS = [(resource, method) for resource, methods in PUBLISHED["resources"].items() for method in methods]


def takes(function: Any, published: list[dict[str, Any]]) -> None:
    """Fails unless a function may be called in every way in which the published one may."""
    parameters = list(inspect.signature(function).parameters.values())
    by_name = {parameter.name: parameter for parameter in parameters}
    positional = [each for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD and each.name != "self"]
    rest = any(each.kind is each.VAR_KEYWORD for each in parameters)
    required = {each.name for each in by_name.values() if each.default is each.empty and each.kind.name[:3] != "VAR"}
    for place, old in enumerate(each for each in published if each["kind"] == "positional"):
        assert positional[place].name == old["name"]
    for old in published:
        if old["kind"] == "rest":
            assert rest
            continue
        assert old["name"] in by_name
        # A default that was None may have become the value that it stood for.
        if old.get("default") is not None:
            assert by_name[old["name"]].default in {old["default"], None}
    assert required - {"self"} <= {old["name"] for old in published if "default" not in old}


def test_everything_that_was_exported_is_exported() -> None:
    """Names, and what they are."""
    for name, kind in PUBLISHED["exports"].items():
        assert inspect.isclass(getattr(brainstormrouter, name)) is (kind == "class")
        assert name in brainstormrouter.__all__


@pytest.mark.parametrize("client", CLIENTS)
def test_clients_take_the_same_arguments(client: Any) -> None:
    """What went on to the client of OpenAI is taken by `brainstormrouter.openai`."""
    takes(client.__init__, [each for each in PUBLISHED["constructor"] if each["kind"] != "rest"])


@pytest.mark.parametrize(("resource", "method"), METHODS)
@pytest.mark.parametrize("client", CLIENTS)
def test_methods_take_the_same_arguments(client: Any, resource: str, method: str) -> None:
    """All 64 methods, in both clients."""
    found = getattr(getattr(MADE[client], resource), method)
    takes(found, PUBLISHED["resources"][resource][method])


def test_the_error_is_made_and_read_as_before() -> None:
    """`message`, `status` and `error_type`, by place and by name."""
    takes(brainstormrouter.BrainstormRouterError.__init__, PUBLISHED["error"])
    error = brainstormrouter.BrainstormRouterError("No.", 404, "not_found_error")
    assert (str(error), error.status, error.error_type) == ("No.", 404, "not_found_error")
    assert brainstormrouter.BrainstormRouterError("No.", status=400).error_type == "api_error"


def test_what_chat_needed_is_read_as_before() -> None:
    """Guardian, and tools that were blocked."""
    info = brainstormrouter.GuardianInfo(**dict.fromkeys(PUBLISHED["guardian_info"]))
    assert info.status is None
    read = brainstormrouter.parse_guardian_stream_done
    assert read('[DONE] {"guardian": {"actualCost": 0.5, "cacheHit": "no"}}') == brainstormrouter.GuardianInfo(
        actual_cost=0.5, cache_hit="no"
    )
    assert [read(text) for text in ("[DONE]", "data", "[DONE] {", '[DONE] {"guardian": 7}')] == [None] * 4
    choice = type("Choice", (), {"finish_reason": "content_filter"})
    choice.delta = type("Delta", (), {"content": "[TOOL BLOCKED] by policy"})  # type: ignore[attr-defined]
    chunk = type("Chunk", (), {"choices": [choice]})
    assert brainstormrouter.is_tool_blocked(chunk) == "by policy"
    assert brainstormrouter.is_tool_blocked(object()) is None
    assert str(brainstormrouter.ToolBlockedError("x")) == "Tool blocked: x"


def test_a_page_is_the_dict_that_it_was() -> None:
    """Programs that read `answer["data"]` go on to work."""
    page = brainstormrouter.Page({"data": [1], "next_cursor": None}, lambda cursor: page)
    assert page["data"] == [1]
    assert json.loads(json.dumps(page)) == {"data": [1], "next_cursor": None} == dict(page)
