/**
 * Takes a session up again from another process. Without arguments it starts a session, follows it for a while and leaves. It
 * prints the arguments with which another process goes on, behind the last event that was seen.
 */
import BrainstormRouter from 'brainstormrouter';

const client = new BrainstormRouter();
const [sessionId, after] = process.argv.slice(2);

if (sessionId === undefined) {
  await client.agent.bootstrap({ agent_id: 'long-lived', display_name: 'Long-Lived' });
  const run = client.agentRuns.run('long-lived', { message: 'Research AI safety papers and summarize' });
  for await (const event of run) {
    if (event.type === 'br.model_selected') break;
  }
  // The run goes on without us.
  const position = await run.detach();
  console.log(position.sessionId, position.after);
} else {
  const run = client.agentRuns.attach(sessionId, { after });
  for await (const event of run) console.log(`${event.id} ${event.type}`);
  const result = await run;
  console.log(`${result.reason}: ${result.text}`);
}
