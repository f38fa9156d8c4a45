/** Gives a run very little money, is asked for more, and gives more. */
import BrainstormRouter from 'brainstormrouter';

const client = new BrainstormRouter();
// All runs of this agent together may spend $1 a day.
await client.agent.bootstrap({ agent_id: 'thrifty', display_name: 'Thrifty', budget_daily_usd: 1 });
await client.context.put('thrifty', 'workspace', 'ai-control.md', {
  content: 'AI control asks which protocols keep a model safe to use even if it works against its users.',
});

const run = client.agentRuns.run('thrifty', {
  message: 'Research AI control and write a summary',
  budget_cap_usd: 0.0005,
  // Without this the run would end as `budget_exhausted`.
  on_budget: 'ask',
});

for await (const event of run) {
  if (event.type === 'br.budget_warning') {
    console.log(`$${event.data.spentUsd} of $${event.data.capUsd} is spent`);
  }
  if (event.type === 'session.status_idle' && event.data.cause === 'budget') {
    console.log(`the next request needs $${event.data.budget?.neededUsd}`);
    await client.sessions.update(await run.started(), { budget_cap_usd: 0.5 });
  }
}

const result = await run;
console.log(`${result.reason} for $${result.totalCostUsd.toFixed(6)}`);

const { agents } = await client.budget.status();
const today = agents.find((agent) => agent.agent_id === 'thrifty');
console.log(`$${today?.remaining_usd} of $${today?.daily_cap_usd} are left for today`);
