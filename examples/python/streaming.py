"""Shows what an agent says while it is written."""

from brainstormrouter import BrainstormRouter

client = BrainstormRouter()
client.agent.bootstrap("streaming", display_name="Streaming")
client.context.put(
    "streaming",
    "workspace",
    "ai-control.md",
    "AI control asks which protocols keep a model safe to use even if it works against its users.",
)

with client.agent_runs.stream("streaming", message="Research AI control and write a summary") as run:
    turn = -1
    for piece in run.text_stream():
        if piece.turn_index != turn:
            print(f"\n[turn {piece.turn_index}] ", end="")
        elif piece.restarted:
            # A model failed in the middle of its answer, and another one begins anew.
            print("\n[once more] ", end="")
        turn = piece.turn_index
        print(piece, end="", flush=True)

    result = run.result()
    print(f"\n[{result.reason} after {result.duration_ms} ms, ${result.total_cost_usd:.6f}]")
