import type { Service } from './seed-agent.ts';
import { AGENT_ID, BOOTSTRAP, SESSION } from './session-request.ts';

/** The commands of the product page, ready to paste: make the agent, run a session, steer it. */
export function curlCommands({ baseUrl, apiKey }: Service, sessionId: string): string {
  const auth = `  -H "Authorization: Bearer ${apiKey}" \\`;
  const agent = `${baseUrl}/v1/agents/${AGENT_ID}`;
  const steer = (comment: string, event: Record<string, string>) => [
    `# ${comment}`,
    `curl -X POST ${agent}/sessions/${sessionId}/events \\`,
    auth,
    `  -d '${JSON.stringify(event)}'`,
  ];
  return [
    '# Make the agent (done already; it answers with what is there)',
    `curl -X POST ${baseUrl}/v1/agent/bootstrap \\`,
    auth,
    '  -H "Content-Type: application/json" \\',
    `  -d '${JSON.stringify(BOOTSTRAP)}'`,
    '',
    '# Run another session',
    `curl -N ${agent}/run \\`,
    auth,
    '  -H "Content-Type: application/json" \\',
    `  -d '${JSON.stringify(SESSION)}'`,
    '',
    ...steer('Add a message mid-run (put in the id of a session that runs; this one has ended)', {
      type: 'user.message',
      text: 'Also check for papers on alignment',
    }),
    '',
    ...steer('Interrupt a running session', { type: 'user.interrupt' }),
  ].join('\n');
}
