import path from 'node:path';
import { serverWithChildren } from '../fixtures/mcp/hostile-server-command.ts';
import { startTestStack } from './stack.ts';

/** What the supervisor reports to the test once its sessions are running. */
export interface SupervisorReport {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly sessionIds: readonly string[];
  readonly idleSessionId: string;
  /** A file with the process ids of a tool server and of what it started. */
  readonly toolPidFile: string;
}

// A supervisor that the test kills. It starts a stack in the given home, with sessions of the simulated agent.
const home = process.argv[2];
if (home === undefined) throw new Error('The first argument must be the home.');
const stack = await startTestStack({ home, env: { AGENT_RUNS_SIMULATED_DELAYS: 'typical' } });
const agentId = await stack.newAgent();
await stack.api.call('PUT', `/v1/agents/${agentId}/context/workspace/kites.md`, {
  content: 'Kites need wind and a line.',
});
const runs = await Promise.all(
  [1, 2, 3].map(() => stack.api.run(agentId, { message: 'Research kites and write a summary.' })),
);
const idle = await stack.api.run(agentId, { message: 'Hello!', on_complete: 'idle', idle_timeout_s: 600 });
await Promise.all([
  ...runs.map((run) => run.waitForType('agent.tool_result')),
  idle.waitForType('session.status_idle'),
]);
// A tool server of the API, which has started others.
const toolPidFile = path.join(home, 'tool-pids');
const server = { name: 'parent', transport: 'stdio', ...serverWithChildren(toolPidFile) };
const { id } = await stack.api.call<{ id: string }>('POST', '/v1/mcp/servers', server);
await stack.api.call('POST', `/v1/mcp/servers/${id}/discover`);

const report: SupervisorReport = {
  baseUrl: stack.baseUrl,
  apiKey: stack.api.apiKey,
  sessionIds: runs.map((run) => run.sessionId),
  idleSessionId: idle.sessionId,
  toolPidFile,
};
process.send?.(report);
