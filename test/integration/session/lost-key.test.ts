import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createSealer } from '../../../processes/seal.ts';
import type { ScriptInput } from '../../../simulated/scripts/script-schema.ts';
import { type HttpServer, startHostileHttpServer } from '../../fixtures/mcp/hostile-server-command.ts';
import { checkInvariants } from '../../support/invariants.ts';
import type { ServiceProcess } from '../../support/service-process.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';

/** A stack whose worker has another sealing key than the one with which its secrets were sealed. */
let stack: TestStack;
let server: HttpServer;
let worker: ServiceProcess;
let agentId: string;

beforeAll(async () => {
  [stack, server] = await Promise.all([startTestStack({ withoutWorker: true }), startHostileHttpServer()]);
  agentId = await stack.newAgent();
  worker = await startLostWorker();
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await worker?.kill();
  await stack?.stop();
  await server?.kill();
});

const startLostWorker = () => stack.startService('worker/main.ts', { AGENT_RUNS_SEALING_KEY: 'cd'.repeat(32) });

/** Connects a provider without a key, so that it has no sealed secret. */
async function keylessProvider(name: string, script: ScriptInput): Promise<string> {
  await stack.scripts.put(name, script);
  await stack.api.call('POST', '/v1/providers', {
    provider: 'openai-compatible',
    name,
    base_url: stack.scripts.baseUrl(name, 'openai-chat'),
    models: [{ id: 'keyless', input_usd_per_mtok: 10, output_usd_per_mtok: 40, capabilities: ['tools'] }],
  });
  return `${name}/*`;
}

test('[I6] [model:failure:another-model-or-a-wait] a model whose key cannot be opened counts as one that refused, and another model answers', async () => {
  const sealed = await stack.script({ turns: [[{ text: 'Never asked.' }]] });
  const keyless = await keylessProvider('keyless-answers', { turns: [[{ text: 'Answered.' }]] });
  // This model is down for five seconds, so that the other one is chosen first.
  await stack.db.serviceTransaction((tx) =>
    tx.query(
      'open-circuit-of-test',
      `INSERT INTO circuit (tenant_id, provider, model, failures, open_until, last_type)
       SELECT id, 'keyless-answers', 'keyless', 1, now() + interval '5 seconds', 'model.overloaded' FROM tenant`,
    ),
  );
  const run = await stack.api.run(agentId, { message: 'Go.', models: [...sealed.models, keyless] });
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('br.model_selected').map(({ provider, reason }) => [provider, reason])).toEqual([
    [sealed.name, 'only_candidate'],
    ['keyless-answers', 'failover'],
  ]);
  expect((await sealed.report()).seen).toBe(0);
});

test('[I6] a session with no other model ends, and says why', async () => {
  const sealed = await stack.script({ turns: [[{ text: 'Never asked.' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: sealed.models });
  expect(await run.ended()).toMatchObject({
    reason: 'error',
    error: { code: 'no_model_available', message: expect.stringContaining('model.unauthorized') },
  });
});

test('[tenant:secret:key-can-be-changed] [I6] a session with no other model says which key is missing, and a worker that has it as an older key goes on', async () => {
  const sealed = await stack.script({ turns: [[{ text: 'With the older key.' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: sealed.models });
  const { error } = await run.ended();
  const [missing, present] = ['ab', 'cd'].map((byte) => createSealer(byte.repeat(32)).keyId);
  expect(error?.message).toContain(`it was sealed under the key ${missing}, and this process has only ${present}`);
  expect(error?.message).toContain('AGENT_RUNS_SEALING_KEYS_OLD');

  await worker.kill();
  worker = await stack.startService('worker/main.ts', {
    AGENT_RUNS_SEALING_KEY: 'cd'.repeat(32),
    AGENT_RUNS_SEALING_KEYS_OLD: 'ab'.repeat(32),
  });
  const again = await stack.api.run(agentId, { message: 'Go.', models: sealed.models });
  expect((await again.ended()).reason).toBe('completed');
  await worker.kill();
  worker = await startLostWorker();
});

test('[I5] [I6] a tool whose credential cannot be opened is not called, and its result says so', async () => {
  const { id } = await stack.api.call<{ id: string }>('POST', '/v1/mcp/servers', {
    name: 'remote',
    transport: 'streamable-http',
    url: `http://127.0.0.1:${server.port}/mcp`,
    auth: 'Bearer sealed-with-the-lost-key',
  });
  await stack.api.call('POST', `/v1/mcp/servers/${id}/discover`);
  await stack.api.call('PUT', '/v1/mcp/governance/policy', { tool_name: 'remote/*', allowed: true });
  const models = await keylessProvider('keyless-calls', {
    turns: [[{ toolCalls: [{ name: 'remote_echo', args: { text: 'hello' } }] }], [{ text: 'Without it.' }]],
  });
  const run = await stack.api.run(agentId, { message: 'Go.', models: [models] });
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('agent.tool_result')).toMatchObject([
    { isError: true, preview: expect.stringContaining('its credential cannot be read') },
  ]);
});
