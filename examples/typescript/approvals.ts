/** Asks in the terminal before an agent may write a file. */
import { createInterface } from 'node:readline/promises';
import BrainstormRouter from 'brainstormrouter';

const client = new BrainstormRouter();
await client.agent.bootstrap({ agent_id: 'careful', display_name: 'Careful' });
await client.context.put('careful', 'workspace', 'ai-control.md', {
  content: 'AI control asks which protocols keep a model safe to use even if it works against its users.',
});
await client.mcp.setPolicy({
  tool_name: 'workspace_write',
  agent_id: 'careful',
  allowed: true,
  requires_approval: true,
});

const run = client.agentRuns.run('careful', { message: 'Research AI control and write a summary' });

for await (const event of run) {
  if (event.type !== 'session.status_idle') continue;
  for (const call of event.data.pending ?? []) {
    const answer = await ask(`${call.toolName} ${JSON.stringify(call.args)}\nAllow it? [y/n] `);
    if (answer === 'y') await run.approve(call.toolUseId);
    else await run.deny(call.toolUseId, { message: 'The user does not want this file.' });
  }
}

const result = await run;
console.log(result.text);
console.log(result.reason);

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
