"""Creates an agent, gives it a task and prints its answer."""

from brainstormrouter import BrainstormRouter

# The key and the address come from BRAINSTORMROUTER_API_KEY and BRAINSTORMROUTER_BASE_URL.
client = BrainstormRouter()

# To send the same values again changes nothing, so this program may run any number of times.
client.agent.bootstrap("first-run", display_name="First Run", budget_daily_usd=5)
client.context.put(
    "first-run",
    "workspace",
    "ai-control.md",
    "AI control asks which protocols keep a model safe to use even if it works against its users.",
)

result = client.agent_runs.run(
    "first-run",
    message="Research AI control and write a summary",
    max_turns=10,
    budget_cap_usd=2.0,
)

print(result.text)
print(f"{result.reason} after {result.total_turns} turns, ${result.total_cost_usd:.6f}")
