import type { ApiClient } from '../support/client.ts';
import type { TestStack } from '../support/stack.ts';

/** Existing ids that generated requests can name, under the names of their parameters. hooks.py puts them in. */
export interface FuzzWorld {
  readonly agent_id: readonly string[];
  readonly session_id: readonly string[];
  /** A session whose stream ends. */
  readonly ended_session: string;
  /** An agent that requests may change, suspend and delete. */
  readonly victim_agent: string;
  readonly server_id: readonly string[];
  readonly entry_id: readonly string[];
  readonly kind: readonly string[];
  readonly name: readonly string[];
  readonly block: readonly string[];
  readonly turn: readonly string[];
}

/** Makes agents, an idle and an ended session, and one row of each other kind. */
export async function makeWorld({ api, newAgent }: TestStack): Promise<FuzzWorld> {
  const agent = await newAgent();
  const victim = await newAgent();
  const idle = await api.run(agent, { message: 'Research AI safety.', on_complete: 'idle', idle_timeout_s: 86_400 });
  const ended = await api.run(agent, { message: 'Research AI safety.', max_turns: 3 });
  await idle.waitForType('session.status_idle');
  await ended.ended();
  await api.call('PUT', `/v1/agents/${agent}/context/workspace/notes.md`, { content: 'Alignment is hard.' });
  return {
    agent_id: [agent],
    session_id: [idle.sessionId, ended.sessionId],
    ended_session: ended.sessionId,
    victim_agent: victim,
    server_id: [
      await idOf(api, '/v1/mcp/servers', { name: 'docs', transport: 'stdio', command: 'false' }),
      'workspace',
    ],
    entry_id: [await idOf(api, '/v1/memory/entries', { fact: 'The user prefers short summaries.' })],
    kind: ['soul', 'workspace'],
    name: ['notes.md', 'SOUL.md'],
    block: ['human', 'general'],
    turn: ['0', '1'],
  };
}

async function idOf(api: ApiClient, path: string, body: object): Promise<string> {
  const { id } = await api.call<{ id: string }>('POST', path, body);
  return id;
}
