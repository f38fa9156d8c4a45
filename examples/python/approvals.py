"""Asks in the terminal before an agent may write a file."""

from brainstormrouter import BrainstormRouter

client = BrainstormRouter()
client.agent.bootstrap("careful", display_name="Careful")
client.context.put(
    "careful",
    "workspace",
    "ai-control.md",
    "AI control asks which protocols keep a model safe to use even if it works against its users.",
)
client.mcp.set_policy(
    {"tool_name": "workspace_write", "agent_id": "careful", "allowed": True, "requires_approval": True}
)

with client.agent_runs.stream("careful", message="Research AI control and write a summary") as run:
    for event in run:
        if event.type != "session.status_idle":
            continue
        for call in event.data.get("pending", []):
            answer = input(f"{call['toolName']} {call['args']}\nAllow it? [y/n] ")
            if answer == "y":
                run.approve(call["toolUseId"])
            else:
                run.deny(call["toolUseId"], "The user does not want this file.")

    result = run.result()
    print(result.text)
    print(result.reason)
