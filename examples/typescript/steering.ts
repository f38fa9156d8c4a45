/** Adds a message to a run while it works, as a person does who has thought of something else. */
import BrainstormRouter from 'brainstormrouter';

const client = new BrainstormRouter();
await client.agent.bootstrap({ agent_id: 'steered', display_name: 'Steered' });
await client.context.put('steered', 'workspace', 'ai-control.md', {
  content: 'AI control asks which protocols keep a model safe to use even if it works against its users.',
});
await client.context.put('steered', 'workspace', 'alignment.md', {
  content: 'Alignment research asks how a model can be made to want what the people who use it want.',
});

const run = client.agentRuns.run('steered', { message: 'Research AI control and write a summary', max_turns: 20 });

let isSteered = false;
for await (const event of run) {
  if (event.type !== 'agent.tool_use') continue;
  console.log(`turn ${event.data.turnIndex} calls ${event.data.toolName}`);
  if (isSteered) continue;
  // The agent reads it at its next turn.
  await run.steer('Also check for papers on alignment');
  isSteered = true;
}

const result = await run;
console.log(result.text);
console.log(`${result.reason}, ${result.undelivered ?? 0} messages were not read`);
