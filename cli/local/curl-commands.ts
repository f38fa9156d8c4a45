import { AGENT_ID, BOOTSTRAP, SESSION, type Service } from './session-request.ts';

/** Enough for two answers. */
const STEERED = { message: SESSION.message, max_turns: 30, on_complete: 'idle' };

/** The commands of README with the real key, ready to paste in this order: create the agent, run a session, steer one. */
export function curlCommands({ baseUrl, apiKey }: Service): string {
  const auth = `  -H "Authorization: Bearer ${apiKey}"`;
  const agent = `${baseUrl}/v1/agents/${AGENT_ID}`;
  const session = `${agent}/sessions/$SID`;
  const post = (event: Record<string, string>) => [
    `curl -X POST ${session}/events \\`,
    `${auth} \\`,
    `  -d '${JSON.stringify(event)}'`,
  ];
  return [
    '# Create the agent (it exists already, and is the answer)',
    `curl -X POST ${baseUrl}/v1/agent/bootstrap \\`,
    `${auth} \\`,
    '  -H "Content-Type: application/json" \\',
    `  -d '${JSON.stringify(BOOTSTRAP)}'`,
    '',
    '# Run another session',
    `curl -N ${agent}/run \\`,
    `${auth} \\`,
    '  -H "Content-Type: application/json" \\',
    `  -d '${JSON.stringify(SESSION)}'`,
    '',
    '# Start a session that waits for you when it has answered, and follow it',
    `SID=$(curl -s -X POST ${agent}/sessions \\`,
    `${auth} \\`,
    `  -d '${JSON.stringify(STEERED)}' | node -p 'JSON.parse(require("fs").readFileSync(0)).id')`,
    `curl -N ${session}/events \\`,
    `${auth} \\`,
    '  -H "Accept: text/event-stream" &',
    '',
    '# Add a message mid-run',
    ...post({ type: 'user.message', text: 'Also check for papers on alignment' }),
    '',
    '# When it has answered, interrupt it',
    // A session that was idle takes a moment to wake up for the message.
    `sleep 2; until curl -s ${session} \\`,
    `${auth} | grep -q '"status":"idle"'; do sleep 0.5; done`,
    ...post({ type: 'user.interrupt' }),
  ].join('\n');
}
