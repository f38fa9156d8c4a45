"""Gives a run very little money, is asked for more, and gives more."""

from brainstormrouter import BrainstormRouter

client = BrainstormRouter()
# All runs of this agent together may spend $1 a day.
client.agent.bootstrap("thrifty", display_name="Thrifty", budget_daily_usd=1)
client.context.put(
    "thrifty",
    "workspace",
    "ai-control.md",
    "AI control asks which protocols keep a model safe to use even if it works against its users.",
)

with client.agent_runs.stream(
    "thrifty",
    message="Research AI control and write a summary",
    budget_cap_usd=0.0005,
    # Without this the run would end as `budget_exhausted`.
    on_budget="ask",
) as run:
    for event in run:
        if event.type == "br.budget_warning":
            print(f"${event.data['spentUsd']} of ${event.data['capUsd']} is spent")
        if event.type == "session.status_idle" and event.data["cause"] == "budget":
            print(f"the next request needs ${event.data['budget']['neededUsd']}")
            client.sessions.update(run.session_id, budget_cap_usd=0.5)

    result = run.result()
    print(f"{result.reason} for ${result.total_cost_usd:.6f}")

for agent in client.budget.status()["agents"]:
    if agent["agent_id"] == "thrifty":
        print(f"${agent['remaining_usd']} of ${agent['daily_cap_usd']} are left for today")
