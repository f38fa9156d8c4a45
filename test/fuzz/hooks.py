"""Lets generated requests name rows that exist, and changes those that would hang or end the run."""

import json
import os
import re
import zlib

import schemathesis

WORLD = json.loads(os.environ["FUZZ_WORLD"])


def draw(value, of):
    """The same number for the same value, so that a seed gives the same run again."""
    return zlib.crc32(str(value).encode("utf-8", "surrogatepass")) % of


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    # Three of four ids are replaced by existing ones. The others stay as they were generated.
    for name, value in (path_parameters or {}).items():
        known = WORLD.get(name)
        if known and draw(value, 4) > 0:
            path_parameters[name] = known[draw(value, len(known))]
    return path_parameters


@schemathesis.hook
def before_call(context, case, kwargs):
    path, method = case.operation.path, case.method.upper()
    parameters = case.path_parameters or {}
    if method in ("PATCH", "DELETE") and path.startswith("/v1/agent/profiles/"):
        if parameters.get("agent_id") in WORLD["agent_id"]:
            parameters["agent_id"] = WORLD["victim_agent"]
    if method == "DELETE" and parameters.get("session_id") == WORLD["ended_session"]:
        parameters["session_id"] = "sess_none"
    if method == "GET" and path.endswith("/events") and draw(case.query, 4) == 0:
        if parameters.get("session_id") in WORLD["session_id"]:
            parameters["session_id"] = WORLD["ended_session"]
        case.headers["Accept"] = "text/event-stream"
    if isinstance(case.body, dict):
        mend_body(case.body, path)
    mend_key(case.headers, case.body)


def mend_key(headers, body):
    # The generator gives most requests the key "0". All but the first of them would be refused for it.
    key = (headers or {}).get("Idempotency-Key")
    if key is None or re.fullmatch(r"[\x21-\x7e]{1,200}", key) is None:
        return
    chance = draw(body, 8)
    if chance < 5:
        del headers["Idempotency-Key"]
    elif chance < 7:
        headers["Idempotency-Key"] = f"{key}-{zlib.crc32(str(body).encode('utf-8', 'surrogatepass'))}"


def mend_body(body, path):
    if path.endswith("/run"):
        # The stream must end soon.
        for name, value in (("on_complete", "end"), ("max_turns", 2)):
            if body.get(name) is not None and type(body[name]) is type(value):
                body[name] = value
    # No command may be started and no foreign server called.
    if isinstance(body.get("command"), str) and body["command"]:
        body["command"] = "false"
    for name in ("url", "base_url"):
        if isinstance(body.get(name), str) and body[name].startswith("http"):
            body[name] = "http://127.0.0.1:1/x"
