/** Creates an agent, gives it a task and prints its answer. */
import BrainstormRouter from 'brainstormrouter';

// The key and the address come from BRAINSTORMROUTER_API_KEY and BRAINSTORMROUTER_BASE_URL.
const client = new BrainstormRouter();

// To send the same values again changes nothing, so this program may run any number of times.
await client.agent.bootstrap({ agent_id: 'first-run', display_name: 'First Run', budget_daily_usd: 5 });
await client.context.put('first-run', 'workspace', 'ai-control.md', {
  content: 'AI control asks which protocols keep a model safe to use even if it works against its users.',
});

const result = await client.agentRuns.run('first-run', {
  message: 'Research AI control and write a summary',
  max_turns: 10,
  budget_cap_usd: 2.0,
});

console.log(result.text);
console.log(`${result.reason} after ${result.totalTurns} turns, $${result.totalCostUsd.toFixed(6)}`);
