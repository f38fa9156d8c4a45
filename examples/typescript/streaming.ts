/** Shows what an agent says while it is written. */
import BrainstormRouter from 'brainstormrouter';

const client = new BrainstormRouter();
await client.agent.bootstrap({ agent_id: 'streaming', display_name: 'Streaming' });
await client.context.put('streaming', 'workspace', 'ai-control.md', {
  content: 'AI control asks which protocols keep a model safe to use even if it works against its users.',
});

const run = client.agentRuns.run('streaming', { message: 'Research AI control and write a summary' });

let turn = -1;
for await (const piece of run.textStream()) {
  if (piece.turnIndex !== turn) process.stdout.write(`\n[turn ${piece.turnIndex}] `);
  // A model failed in the middle of its answer, and another one begins anew.
  else if (piece.restarted) process.stdout.write('\n[once more] ');
  turn = piece.turnIndex;
  process.stdout.write(piece.text);
}

const result = await run;
console.log(`\n[${result.reason} after ${result.durationMs} ms, $${result.totalCostUsd.toFixed(6)}]`);
