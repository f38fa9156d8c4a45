"""Makes `types/_generated.py` from the OpenAPI document: `python make_types.py openapi.json output.py`.

The generator names what the document names. So bodies and answers that have no name are given one first: `RunRequest` stays,
the body of `budget.setLimit` becomes `BudgetSetLimitBody`, and its answer `BudgetSetLimitAnswer`. Errors are left out: they
are exceptions here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
LEFT_OUT = ("Error", "EventFrame")
REF = "#/components/schemas/"
GENERATOR = {
    "--input-file-type": "openapi",
    "--output-model-type": "typing.TypedDict",
    "--target-python-version": "3.10",
    "--openapi-scopes": "schemas",
    "--enum-field-as-literal": "all",
    "--formatters": "builtin",
}
SWITCHES = ("--disable-timestamp", "--no-use-closed-typed-dict", "--use-schema-description", "--disable-warnings")
HEADER = '''"""The shapes of bodies, answers and events. scripts/make_types.py makes them from the OpenAPI document.

A value of a `Literal` in an answer or an event may be one that this version does not know yet.
"""
'''
BORROWED = "from typing_extensions import NotRequired\n"
OWN = """import sys

if sys.version_info >= (3, 11):
    from typing import NotRequired
else:
    from typing_extensions import NotRequired
"""


def prepared(document: dict[str, Any]) -> dict[str, Any]:
    """Returns a document that has a component for each body, answer and event, and nothing else."""
    schemas: dict[str, Any] = {
        name: schema for name, schema in document["components"]["schemas"].items() if name not in LEFT_OUT
    }
    schemas.update(_events(schemas.pop("SessionEvent")))
    schemas.update(_included(document["components"]["schemas"]["EventFrame"]))
    for item in document["paths"].values():
        for method in METHODS:
            operation = item.get(method)
            if operation is None:
                continue
            name = "".join(part[0].upper() + part[1:] for part in operation["operationId"].split("."))
            answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
            for suffix, holder in [("Body", operation.get("requestBody")), *(("Answer", each) for each in answers)]:
                schema = (holder or {}).get("content", {}).get("application/json", {}).get("schema")
                if schema is not None and "$ref" not in schema and f"{name}{suffix}" not in schemas:
                    schemas.update(_items_named(f"{name}{suffix}", schema))
    return {"openapi": "3.1.0", "info": document["info"], "paths": {}, "components": {"schemas": schemas}}


def _items_named(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Gives the items of a list a name, too: those of `UsageByOwnerAnswer` become `UsageByOwnerItem`."""
    items = schema.get("properties", {}).get("data", {}).get("items")
    if items is None or "$ref" in items or not name.endswith("Answer"):
        return {name: schema}
    item = f"{name.removesuffix('Answer')}Item"
    data = {**schema["properties"]["data"], "items": {"$ref": f"{REF}{item}"}}
    return {item: items, name: {**schema, "properties": {**schema["properties"], "data": data}}}


def _events(session_event: dict[str, Any]) -> dict[str, Any]:
    """Names each type of event, and its data: `agent.message` becomes `AgentMessageEvent` and `AgentMessageData`."""
    named: dict[str, Any] = {}
    for event in session_event["oneOf"]:
        kind = event["properties"]["type"]
        name = _name_of(kind.get("const") or kind["enum"][0])
        named[f"{name}Data"] = event["properties"]["data"]
        properties = {**event["properties"], "data": {"$ref": f"{REF}{name}Data"}}
        named[f"{name}Event"] = {**event, "properties": properties}
    return {"SessionEvent": {"oneOf": [{"$ref": f"{REF}{name}"} for name in named if name.endswith("Event")]}, **named}


def _included(event_frame: dict[str, Any]) -> dict[str, Any]:
    """Names the data of frames that only a stream has which asks for them: `AgentMessageDeltaData`."""
    frames = [frame["properties"] for frame in event_frame["oneOf"]]
    contents = {_name_of(frame["event"]["enum"][0]): frame["data"]["contentSchema"] for frame in frames}
    return {f"{name}Data": schema for name, schema in contents.items() if "$ref" not in schema}


def _name_of(kind: str) -> str:
    return "".join(word.capitalize() for word in kind.replace(".", "_").split("_"))


def main(source: str, target: str) -> None:
    """Reads the document at `source` and writes the module at `target`."""
    with tempfile.TemporaryDirectory() as folder:
        document, header, output = (Path(folder, name) for name in ("openapi.json", "header.txt", "types.py"))
        document.write_text(json.dumps(prepared(json.loads(Path(source).read_text()))))
        header.write_text(HEADER)
        command = [sys.executable, "-m", "datamodel_code_generator", "--input", str(document), "--output", str(output)]
        options = [word for pair in GENERATOR.items() for word in pair]
        command += [*options, *SWITCHES, "--custom-file-header-path", str(header)]
        subprocess.run(command, check=True)  # noqa: S603
        Path(target).write_text(output.read_text().replace(BORROWED, OWN))


if __name__ == "__main__":
    main(*sys.argv[1:3])
