"""Adds a message to a run while it works, as a person does who has thought of something else."""

from brainstormrouter import BrainstormRouter

client = BrainstormRouter()
client.agent.bootstrap("steered", display_name="Steered")
client.context.put(
    "steered",
    "workspace",
    "ai-control.md",
    "AI control asks which protocols keep a model safe to use even if it works against its users.",
)
client.context.put(
    "steered",
    "workspace",
    "alignment.md",
    "Alignment research asks how a model can be made to want what the people who use it want.",
)

with client.agent_runs.stream("steered", message="Research AI control and write a summary", max_turns=20) as run:
    is_steered = False
    for event in run:
        if event.type != "agent.tool_use":
            continue
        print(f"turn {event.data['turnIndex']} calls {event.data['toolName']}")
        if not is_steered:
            # The agent reads it at its next turn.
            run.steer("Also check for papers on alignment")
            is_steered = True

    result = run.result()
    print(result.text)
    print(f"{result.reason}, {result.undelivered} messages were not read")
