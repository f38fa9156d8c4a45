import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { settledWithin } from '../../../processes/abortable.ts';
import {
  type Attack,
  type AttackWorld,
  connectModel,
  HOSTILE_MODEL,
  MODEL_KEY,
  nameOf,
  startSessions,
} from './attack.ts';
import { DEEP_JSON, WIDE_JSON } from './bombs.ts';
import { drip } from './slow-answers.ts';
import { useToolServer } from './tool-attacks.ts';

/** The time after which a client of a flood asks for the next thing, although it has no answer yet. */
const IMPATIENT_MS = 500;

type Flood = (world: AttackWorld, agentId: string) => Promise<void>;

/** Sends requests, some at a time, until they are all answered. */
async function flood(count: number, send: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const sender = async () => {
    while (next < count) await send(next++).catch(() => undefined);
  };
  await Promise.all(Array.from({ length: 16 }, sender));
}

const EVIL_PATTERN = '(a|a)*(b|b)*(a+)+$';
const words = (count: number) => Array.from({ length: count }, (_, n) => `word${n}`).join(' ');

const floods: Readonly<Record<string, Flood>> = {
  documents: ({ client, size }, agentId) =>
    flood(200 * size, (n) =>
      client.request('PUT', `/v1/agents/${agentId}/context/reference/d${n}`, { content: words(2_000) }),
    ),
  facts: ({ client, size }, agentId) =>
    flood(400 * size, (n) =>
      client.request('POST', '/v1/memory/entries', { agent_id: agentId, fact: `${n} ${words(200)}` }),
    ),
  searches: ({ client, size }) =>
    flood(200 * size, (n) => client.request('POST', '/v1/memory/query', { query: `${words(500)} ${n}` })),
  keys: ({ client, size }) =>
    flood(200 * size, (n) => client.request('POST', '/v1/api-keys', { name: `k${n}`, scopes: ['read'] })),
  agents: async ({ client, size }) => {
    const metadata = { note: 'x'.repeat(900_000) };
    await flood(30 * size, (n) => client.request('POST', '/v1/agent/profiles', { agentId: `big-${n}`, metadata }));
    await flood(20 * size, () => client.request('GET', '/v1/agent/profiles?limit=100'));
  },
  sessions: async (world, agentId) => {
    const models = await world.scripted({ text: 'More.', toolCalls: [{ name: 'workspace_list_files', args: {} }] });
    for (let i = 0; i < 3 * world.size; i++) {
      await startSessions(world, { agentId: `${agentId}-${i}`, models, count: 20 });
    }
  },
  streams: async (world, agentId) => {
    const { client, size } = world;
    const id = await startWaiting(world, agentId);
    for (let i = 0; i < 150 * size; i++) {
      void client
        .request('GET', `/v1/sessions/${id}/events`, undefined, { accept: 'text/event-stream' })
        .catch(() => undefined);
    }
  },
  messages: async (world, agentId) => {
    const { client, size } = world;
    const id = await startWaiting(world, agentId);
    const path = `/v1/agents/${agentId}/sessions/${id}/events`;
    await flood(400 * size, (n) => client.request('POST', path, { type: 'user.message', text: `${n} ${words(500)}` }));
  },
  reads: ({ client, size }) => flood(600 * size, () => client.request('GET', '/v1/sessions?limit=100')),
  'requests without a right': ({ client, size }) =>
    flood(600 * size, (n) =>
      client.request('GET', `/v1/sessions/none-${n}`, undefined, { authorization: 'Bearer nobody' }),
    ),
  'bodies that are nested deep': ({ client, size }) =>
    flood(30 * size, () => client.request('POST', '/v1/agent/bootstrap', `{"agent_id":${DEEP_JSON}}`)),
  'bodies of a million values': ({ client, size }) =>
    flood(30 * size, () =>
      client.request('POST', '/v1/agent/bootstrap', `{"agent_id":${WIDE_JSON.slice(0, 900_000)}0]}`),
    ),
  'bodies that are gzip bombs': ({ client, size }) => {
    const body = gzipSync(Buffer.alloc(32 * 1_048_576, 'x')).toString('latin1');
    return flood(30 * size, () => client.request('POST', '/v1/agent/bootstrap', body, { 'content-encoding': 'gzip' }));
  },
  'patterns of policies': ({ client, size }) =>
    flood(50 * size, (n) =>
      client.request('PUT', '/v1/mcp/governance/policy', {
        tool_name: `workspace/*${'*?'.repeat(n)}`,
        allowed: true,
        argument_rules: [{ pointer: '/path', pattern: EVIL_PATTERN }],
      }),
    ),
  'texts of guardrails': async ({ client, size }) => {
    const phrases = Array.from({ length: 300 }, (_, n) => `blocked ${words(5)} ${n}`);
    await client.request('PUT', '/v1/guardrails/config', { blocked_phrases: phrases, secrets: true });
    const texts = [
      'a'.repeat(250_000),
      `${words(30_000)}`,
      '4111 1111 1111 1112 '.repeat(10_000),
      'ｂｌоⅽｋ\u200d'.repeat(30_000),
    ];
    await flood(20 * size, (n) => client.request('POST', '/v1/guardrails/test', { text: texts[n % texts.length] }));
  },
  'verdicts that never come': async ({ client, hostile, size }) => {
    const judge = { name: 'judge', url: hostile.serve(() => undefined), timeout_ms: 30_000 };
    await client.request('POST', '/v1/guardrails/providers', judge);
    const body = { text: 'x'.repeat(200_000), providers: ['judge'] };
    await flood(100 * size, () => settledWithin(client.request('POST', '/v1/guardrails/test', body), IMPATIENT_MS));
  },
  'verdicts that drip': async ({ client, hostile, size }) => {
    const url = hostile.serve((response) => drip(response, '{"verdict":"allow"}'.repeat(100), 200));
    await client.request('POST', '/v1/guardrails/providers', { name: 'dripping', url, timeout_ms: 30_000 });
    const body = { text: 'x'.repeat(200_000), providers: ['dripping'] };
    await flood(50 * size, () => settledWithin(client.request('POST', '/v1/guardrails/test', body), IMPATIENT_MS));
  },
  authorizations: async ({ client, hostile, size }) => {
    const url = hostile.serve(() => undefined);
    await flood(30 * size, async (n) => {
      const body = { name: `o${n}`, transport: 'streamable-http', url, oauth: { grant: 'authorization_code' } };
      const { id } = (await client.request('POST', '/v1/mcp/servers', body)).body as { id?: string };
      await settledWithin(client.request('POST', `/v1/mcp/servers/${id}/authorize`), IMPATIENT_MS);
    });
  },
  'bodies that drip': async ({ client, baseUrl, size }) => {
    for (let n = 0; n < 100 * size; n++) {
      const request = httpRequest(`${baseUrl}/v1/agent/bootstrap`, {
        method: 'POST',
        headers: { authorization: `Bearer ${client.apiKey}`, 'content-type': 'application/json' },
      });
      request.on('error', () => undefined).on('response', () => request.destroy());
      const dripping = setInterval(() => request.write(' '), 500);
      request.on('close', () => clearInterval(dripping));
    }
  },
  'streams that nobody reads': async (world, agentId) => {
    const { client, baseUrl, size } = world;
    const models = await world.scripted({
      text: words(2_000),
      toolCalls: [{ name: 'workspace_list_files', args: {} }],
    });
    const body = { message: 'Go.', models, max_turns: 20 };
    const answer = await client.request('POST', `/v1/agents/${agentId}/sessions`, body);
    const { id } = answer.body as { id?: string };
    for (let n = 0; n < 100 * size; n++) {
      const request = httpRequest(`${baseUrl}/v1/sessions/${id}/events`, {
        headers: { authorization: `Bearer ${client.apiKey}`, accept: 'text/event-stream' },
      });
      // A response without a reader is paused.
      request.on('error', () => undefined).on('response', (response) => response.pause());
      request.end();
    }
  },
  'keys of idempotency': ({ client, size }) =>
    flood(400 * size, (n) =>
      client.request('POST', '/v1/memory/query', { query: `${n}` }, { 'idempotency-key': `k-${n}` }),
    ),
  'bulk jobs': async (world, agentId) => {
    const models = await world.scripted({ text: 'Done.' });
    await startSessions(world, { agentId, models, count: 40 });
    const body = { action: 'retry', filter: { agent_id: agentId }, rate: 100 };
    await flood(30 * world.size, () => world.client.request('POST', '/v1/sessions/bulk', body));
  },
  interrupts: async (world, agentId) => {
    const id = await startWaiting(world, agentId);
    const path = `/v1/agents/${agentId}/sessions/${id}/events`;
    await flood(400 * world.size, () => world.client.request('POST', path, { type: 'user.interrupt' }));
  },
  'tests of providers': ({ client, hostile, size }) => {
    const url = hostile.serve(() => undefined);
    return flood(60 * size, (n) => {
      const body = {
        provider: 'openai-compatible',
        name: `p${n}`,
        api_key: MODEL_KEY,
        base_url: `${url}/v1`,
        models: [HOSTILE_MODEL],
      };
      return settledWithin(client.request('POST', '/v1/providers/test', body), IMPATIENT_MS);
    });
  },
  discoveries: async ({ client, hostile, size }) => {
    const ids = await Promise.all(
      Array.from({ length: 30 * size }, async (_, n) => {
        const body = { name: `d${n}`, transport: 'streamable-http', url: hostile.serve(() => undefined) };
        const answer = await client.request('POST', '/v1/mcp/servers', body);
        return (answer.body as { id?: string }).id;
      }),
    );
    await flood(ids.length, (n) =>
      settledWithin(client.request('POST', `/v1/mcp/servers/${ids[n]}/discover`), IMPATIENT_MS),
    );
  },
  'direct calls': async (world) => {
    const name = nameOf('direct');
    await useToolServer({ ...world, size: 20 * world.size }, { name, answers: { 'tools/call': () => undefined } });
  },
  'calls that wait for a person': async (world, agentId) => {
    await world.client.request('PUT', '/v1/mcp/governance/policy', {
      tool_name: 'workspace/*',
      requires_approval: true,
    });
    const toolCalls = Array.from({ length: 50 }, (_, n) => ({
      name: 'workspace_write_file',
      args: { path: `f${n}`, content: 'x' },
    }));
    const models = await world.scripted({ toolCalls });
    await startSessions(world, { agentId, models, count: 5 * world.size });
  },
};

/** Starts a session whose model never answers. @returns its id, unless it was refused */
async function startWaiting(world: AttackWorld, agentId: string): Promise<string | undefined> {
  const models = await connectModel(world, { name: 'slow', url: world.hostile.serve(() => undefined) });
  const answer = await world.client.request('POST', `/v1/agents/${agentId}/sessions`, { message: 'Wait.', models });
  return (answer.body as { id?: string }).id;
}

/** Attacks by the API alone: more of everything than anybody needs. */
export const apiAttacks: readonly Attack[] = Object.entries(floods).map(([name, start]) => ({
  name: `flood: ${name}`,
  async start(world) {
    const agentId = nameOf(`f ${name}`);
    await world.client.request('POST', '/v1/agent/bootstrap', { agent_id: agentId, budget_daily_usd: 1_000 });
    await start(world, agentId);
  },
}));
