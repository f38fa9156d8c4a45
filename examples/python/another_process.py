"""Takes a session up again from another process.

Without arguments it starts a session, follows it for a while and leaves. It prints the arguments with which another process
goes on, behind the last event that was seen.
"""

import sys

from brainstormrouter import BrainstormRouter

client = BrainstormRouter()

match sys.argv[1:]:
    case []:
        client.agent.bootstrap("long-lived", display_name="Long-Lived")
        with client.agent_runs.stream("long-lived", message="Research AI safety papers and summarize") as run:
            for event in run:
                if event.type == "br.model_selected":
                    print(run.session_id, event.id)
                    break
            # The run goes on without us. Otherwise leaving the `with` would interrupt it.
            run.detach()
    case [session_id, after]:
        with client.agent_runs.attach(session_id, after=after) as run:
            for event in run:
                print(event.id, event.type)
            result = run.result()
            print(f"{result.reason}: {result.text}")
