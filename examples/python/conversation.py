"""Talks with an agent: each message gets an answer, and the session remembers what was said before."""

from brainstormrouter import BrainstormRouter

client = BrainstormRouter()
client.agent.bootstrap("talking", display_name="Talking")

# An `idle` session waits for the next message when it has answered. Leaving the `with` interrupts it.
with client.agent_runs.stream(
    "talking",
    message="Remember that invoices are due in 30 days.",
    on_complete="idle",
    idle_timeout_s=600,
) as conversation:
    print(conversation.result().text)

    answer = conversation.send("When are invoices due?")
    print(answer.text)

    # It waits for the next message, so its reason is no end yet.
    print(f"{answer.reason}, ${answer.total_cost_usd:.6f} so far")
