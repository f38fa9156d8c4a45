import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readServiceEnvironment } from '../../../processes/environment.ts';
import { createSessionWorker, type SessionWorker } from '../../../worker/create-worker.ts';
import { logOfTemporal } from '../../../worker/temporal-log.ts';
import { workflowBundle } from '../../../worker/workflow-bundle.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { kindOfProtocol } from '../../support/kind-of-protocol.ts';
import { reportInto } from '../../support/log-lines.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';

/** A stack whose worker waits for models that are down for less than a second, and not for ten minutes. */
const OUTAGE_WAIT_MS = 900;

let stack: TestStack;
let worker: SessionWorker;
let agentId: string;
const cacheDir = mkdtempSync(path.join(tmpdir(), 'agent-runs-time-limits-'));

beforeAll(async () => {
  logOfTemporal(pino({ level: 'silent' }));
  stack = await startTestStack({ withoutWorker: true });
  const { databaseUrl, temporalAddress } = stack.addresses;
  worker = await createSessionWorker({
    environment: readServiceEnvironment(
      {
        DATABASE_URL: databaseUrl,
        TEMPORAL_ADDRESS: temporalAddress,
        AGENT_RUNS_SEALING_KEY: 'ab'.repeat(32),
        AGENT_RUNS_EGRESS_ALLOW: '127.0.0.1',
      },
      [],
    ),
    workflowBundle: await workflowBundle(cacheDir),
    toolEnvironment: {},
    limits: { outageWaitMs: OUTAGE_WAIT_MS },
    warn: () => undefined,
    report: reportInto(stack.home, 'worker-of-test'),
  });
  agentId = await stack.newAgent();
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await worker?.stop();
  await stack?.stop();
  rmSync(cacheDir, { recursive: true, force: true });
});

const TWO = [
  { id: 'one', inputUsdPerMtok: 1, outputUsdPerMtok: 4 },
  { id: 'two', inputUsdPerMtok: 1, outputUsdPerMtok: 4 },
];

test.each([
  ['openai-chat', true, 'first_token_s'],
  ['anthropic-messages', true, 'first_token_s'],
  ['google-generate', true, 'first_token_s'],
  ['openai-chat', 'mid_stream', 'silence_s'],
  ['openai-chat', true, 'total_s'],
] as const)(
  '[model:time:each-limit-settable] over %s, a model that hangs (%s) is given up after %s of its provider, and another model answers',
  async (protocol, hang, limit) => {
    const script = await stack.script(
      { turns: [[{ text: 'Half of it.', chunks: 8, hang }, { text: 'Answered.' }]] },
      { models: TWO, protocol },
    );
    await stack.api.call('PATCH', `/v1/providers/${script.id}`, { time_limits: { [limit]: 1 } });
    const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
    expect((await run.ended()).reason).toBe('completed');
    const [first, second] = run.ofType('br.model_selected');
    const message = expect.stringContaining(`1 s (time_limits.${limit})`);
    expect(second?.failed).toMatchObject({ model: first?.model, type: 'model.timed_out', message });
    expect(second?.reason).toBe('failover');
  },
);

test('[model:time:each-limit-settable] what a model sets wins over its provider', async () => {
  const name = 'limits-of-a-model';
  await stack.scripts.put(name, { turns: [[{ hang: true }, { text: 'Answered.' }]] });
  await stack.api.call('POST', '/v1/providers', {
    provider: kindOfProtocol['openai-chat'],
    name,
    base_url: stack.scripts.baseUrl(name, 'openai-chat'),
    models: TWO.map(({ id }) => ({ id, input_usd_per_mtok: 1, output_usd_per_mtok: 4, time_limits: { total_s: 1 } })),
    time_limits: { total_s: 900 },
  });
  const run = await stack.api.run(agentId, { message: 'Go.', models: [`${name}/*`] });
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('br.model_selected')[1]?.failed?.message).toContain('1 s (time_limits.total_s)');
});

test('[model:time:counts-as-waited] a model that was asked in vain for longer than a turn waits is not asked again', async () => {
  const script = await stack.script({ turns: [[{ hang: true }]], repeatLastAttempt: true });
  await stack.api.call('PATCH', `/v1/providers/${script.id}`, { time_limits: { first_token_s: 1 } });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  expect(await run.ended()).toMatchObject({
    reason: 'error',
    error: { code: 'no_model_available', message: expect.stringContaining('time_limits.first_token_s') },
  });
  // The second for which it was asked is more than the turn may wait. Its pause of half a second alone would not be.
  expect((await script.report()).seen).toBe(1);
});
