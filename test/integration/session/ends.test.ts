import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { SessionWhy } from '../../../contract/why.ts';
import { startAnsweringServer } from '../../fixtures/answering-server.ts';
import { startHostileHttpServer } from '../../fixtures/mcp/hostile-server-command.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { writtenLines } from '../../support/log-lines.ts';
import { LIST } from '../../support/script-parts.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { effectsOf } from '../../support/tool-server.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const FOREVER = { generate: { turns: 0, forever: true, toolName: LIST.name } };

test('[session:end:the-one-fitting-reason] an answer without tool calls ends the run as completed', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ toolCalls: [LIST] }], [{ text: 'Done.' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  expect(await stack.api.session(run.sessionId)).toMatchObject({
    status: 'ended',
    end_reason: 'completed',
    turns: 2,
    last_seq: run.events.length,
  });
});

test('[session:end:the-one-fitting-reason] a run that needs more than its turns ends as max_turns', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script(FOREVER);
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, max_turns: 3 });
  expect(await run.ended()).toMatchObject({ reason: 'max_turns', totalTurns: 3 });
});

test('[session:end:the-one-fitting-reason] [budget:cap:run-and-agent-day-hold] [I4] a run that has spent its cap ends as budget_exhausted, with warnings at 80, 90 and 95 percent, and never exceeds it', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script(
    {
      turns: [
        [{ toolCalls: [LIST], usage: { outputTokens: 4_000 } }],
        [{ toolCalls: [LIST], usage: { outputTokens: 700 } }],
        [{ text: 'Never asked.' }],
      ],
    },
    { models: [{ id: 'dear', inputUsdPerMtok: 0, outputUsdPerMtok: 400 }] },
  );
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 1.9 });
  expect(await run.ended()).toMatchObject({ reason: 'budget_exhausted', totalTurns: 2, totalCostUsd: 1.88 });
  expect(run.ofType('br.budget_warning').map((warning) => warning.threshold)).toEqual([80, 90, 95]);
});

test('[session:end:the-one-fitting-reason] [steering:mid-run:processed-at-next-boundary] an interrupt ends the run as interrupted, and its unread messages are counted', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'Slow', holdUntil: 'never' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(1);
  await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'One more thing.' });
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect(await run.ended()).toMatchObject({ reason: 'interrupted', undelivered: 1 });
});

test('[session:end:the-one-fitting-reason] [session:idle:wakes-or-times-out] an idle session without a message ends as idle_timeout', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'Yes?' }]] });
  const run = await stack.api.run(agentId, {
    message: 'Hello.',
    models: script.models,
    on_complete: 'idle',
    idle_timeout_s: 0.3,
  });
  expect(await run.ended()).toMatchObject({ reason: 'idle_timeout', totalTurns: 1 });
  expect(run.ofType('session.status_idle')).toEqual([{ cause: 'awaiting_input', idleTimeoutMs: 300 }]);
});

test('[session:end:the-one-fitting-reason] [model:failure:says-what-failed] [session:why:true-in-every-state] a run whose models all refuse for good ends as error, with a code and a message', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ status: 401, errorMessage: 'bad key' }]], repeatLastAttempt: true });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  expect(await run.ended()).toMatchObject({
    reason: 'error',
    error: {
      code: 'no_model_available',
      message: expect.stringMatching(/model\.unauthorized.*401: the key was not accepted: bad key$/),
      provider: script.name,
      model: run.ofType('br.model_selected')[0]?.model,
      status: 401,
    },
  });
  const again = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  // The circuit is open, so nothing is asked, and the session says what had failed before.
  expect(await again.ended()).toMatchObject({ reason: 'error', error: { status: 401, provider: script.name } });
  const resource = await stack.api.call('GET', `/v1/sessions/${again.sessionId}`);
  expect(resource).toMatchObject({ error: { code: 'no_model_available', status: 401, provider: script.name } });

  const why = await stack.api.call<SessionWhy>('GET', `/v1/sessions/${run.sessionId}/why`);
  const said = { provider: script.name, status: 401, message: expect.stringMatching(/bad key/) };
  expect(why.causes).toMatchObject([
    { of: 'session', code: 'no_model_available', ...said },
    { of: 'model', code: 'model.unauthorized', ...said },
  ]);
  expect(why.attempts).toMatchObject([{ state: 'released', failed_type: 'model.unauthorized', failed_status: 401 }]);
  expect(why.unblocked_by.map(({ path }) => path.split('/').at(-1))).toEqual([expect.any(String), 'test', 'retry']);
});

test.each(['suspended', 'terminated'])(
  '[session:end:the-one-fitting-reason] [session:terminated:says-whose-doing] an agent that is %s in mid-run spends nothing more, and its session ends as terminated',
  async (state) => {
    const agentId = await stack.newAgent();
    const script = await stack.script({
      turns: [[{ toolCalls: [LIST], holdUntil: 'go' }], [{ text: 'Never asked.' }]],
    });
    const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
    await script.waitForRequests(1);
    await stack.api.call('PATCH', `/v1/agent/profiles/lifecycle/${agentId}`, { state });
    await script.release('go');
    expect(await run.ended()).toMatchObject({
      reason: 'terminated',
      error: { code: `agent_${state}`, by: await auditedActor('agent.lifecycle', agentId) },
    });
    expect((await script.report()).seen).toBe(1);
    const refused = await stack.api.request('POST', `/v1/agents/${agentId}/run`, { message: 'Again.' });
    expect(refused.status).toBe(state === 'suspended' ? 402 : 403);
  },
);

test.each(['revoked', 'expired'])(
  '[session:end:the-one-fitting-reason] [session:terminated:says-whose-doing] a key that is %s in mid-run spends nothing more, and its session ends as terminated',
  async (how) => {
    const client = await stack.newTenant();
    await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'keyed' });
    const script = await stack.script(
      { turns: [[{ toolCalls: [LIST], holdUntil: 'go' }], [{ text: 'Never asked.' }]] },
      { client },
    );
    const key = await client.call<{ id: string; key: string }>('POST', '/v1/api-keys', { name: 'short-lived' });
    stack.secrets.add(key.key);
    const { body } = await client.request(
      'POST',
      '/v1/agents/keyed/sessions',
      { message: 'Go.', models: script.models },
      { authorization: `Bearer ${key.key}` },
    );
    const run = client.watch((body as { id: string }).id);
    await script.waitForRequests(1);
    if (how === 'revoked') await client.call('DELETE', `/v1/api-keys/${key.id}`);
    else await expire(key.id);
    await script.release('go');
    const by = await auditedActor('api_key.revoke', key.id);
    const error = how === 'revoked' ? { code: 'key_revoked', by } : { code: 'key_expired' };
    expect(await run.ended()).toMatchObject({ reason: 'terminated', error });
    expect((await script.report()).seen).toBe(1);
  },
);

test('[session:end:the-one-fitting-reason] [session:terminated:says-whose-doing] [recovery:reconciler:no-session-without-workflow] [I6] a session whose workflow is terminated from outside ends as terminated, and its money is released', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'Slow.', holdUntil: 'never' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 1 });
  await script.waitForRequests(1);
  await stack.temporal.workflow.getHandle(run.sessionId).terminate('an operator did it');
  await dueForReconciliation(run.sessionId);
  expect(await run.ended()).toMatchObject({
    reason: 'terminated',
    error: { code: 'workflow_terminated', by: 'operator' },
  });
  expect(await auditedActor('workflow.terminated', run.sessionId)).toBe('operator');
});

test('[session:end:the-one-fitting-reason] [session:terminated:says-whose-doing] [I3] a session whose workflow is cancelled from outside in a model call ends as terminated', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'Slow.', holdUntil: 'never' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 1 });
  await script.waitForRequests(1);
  await stack.temporal.workflow.getHandle(run.sessionId).cancel();
  expect(await run.ended()).toMatchObject({
    reason: 'terminated',
    error: { code: 'workflow_cancelled', by: 'operator' },
  });
  expect(await auditedActor('workflow.cancelled', run.sessionId)).toBe('operator');
});

test('[session:end:the-one-fitting-reason] [recovery:reconciler:no-session-without-workflow] [I5] a session that is terminated during a tool call ends with a result for the call', async () => {
  const agentId = await stack.newAgent();
  const server = await stack.toolServer('slowly', { effect: 'write', idempotent: false });
  const script = await stack.script({
    turns: [[{ toolCalls: [{ name: server.tool('count'), args: { note: 'terminated', ms: 3_000 } }] }]],
  });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await run.waitForType('agent.tool_use');
  await until('the call to be dispatched', () => effectsOf(stack.counterFile, 'terminated') === 1);
  await stack.temporal.workflow.getHandle(run.sessionId).terminate('an operator did it');
  await dueForReconciliation(run.sessionId);
  expect((await run.ended()).reason).toBe('terminated');
  expect(run.ofType('agent.tool_result')).toMatchObject([{ toolName: 'slowly_count', isError: true }]);
});

test('[session:end:the-one-fitting-reason] a run whose provider is disconnected meanwhile ends as error with the code no_provider', async () => {
  const client = await stack.newTenant();
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'cut-off' });
  const script = await stack.script(
    { turns: [[{ toolCalls: [LIST], holdUntil: 'go' }], [{ text: 'Never asked.' }]] },
    { client },
  );
  const run = await client.run('cut-off', { message: 'Go.', models: script.models });
  await script.waitForRequests(1);
  await client.call('DELETE', `/v1/providers/${script.id}`);
  await script.release('go');
  expect(await run.ended()).toMatchObject({ reason: 'error', totalTurns: 1, error: { code: 'no_provider' } });
});

test('[recovery:reconciler:no-session-without-workflow] [I1] the reconciler starts a session whose workflow was never started', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'Here.' }]] });
  await stack.processes.halt('temporal');
  const sessionId = await stack.api.createSession(agentId, { message: 'Go.', models: script.models });
  await stack.processes.restart('temporal');
  const run = stack.api.watch(sessionId);
  expect((await run.ended(45_000)).reason).toBe('completed');
  const lines = writtenLines(stack.home).filter(({ session_id: id }) => id === sessionId);
  const [accepted, ...repaired] = lines.filter(({ event }) => event !== undefined);
  expect(repaired).toMatchObject([
    { event: 'session_repaired', level: 'warn', cause: 'workflow_not_started', request_id: accepted?.request_id },
  ]);
});

/** Has Postgres refuse to store a turn with the SQLSTATE that its message names. */
const REFUSED_TURNS = {
  'refuse-turns': `CREATE FUNCTION refuse_turns() RETURNS trigger LANGUAGE plpgsql AS $body$
     DECLARE state text := substring(NEW.user_messages::text FROM 'refuse ([0-9A-Z]{5})');
     BEGIN
       IF state IS NOT NULL THEN RAISE EXCEPTION 'refused' USING ERRCODE = state; END IF;
       RETURN NEW;
     END
   $body$`,
  'turns-are-refused': 'CREATE TRIGGER refused BEFORE INSERT ON turn FOR EACH ROW EXECUTE FUNCTION refuse_turns()',
};

test('[session:end:no-endless-retry] [I6] a stage that fails by itself each time ends its session with the cause and the stage, and no other session', async () => {
  await stack.db.serviceTransaction(async (tx) => {
    for (const [name, text] of Object.entries(REFUSED_TURNS)) await tx.query(name, text);
  });
  const agentId = await stack.newAgent();
  const script = await stack.script(FOREVER);
  const other = await stack.api.run(agentId, { message: 'Go on.', models: script.models, max_turns: 1_000 });
  const cases = [
    ['57014', 'stage.too_much', 5, 30],
    ['P0001', 'internal.error', 5, 30],
    ['22012', 'internal.error', 1, 1],
  ] as const;
  for (const [sqlState, code, least, most] of cases) {
    const run = await stack.api.run(agentId, { message: `refuse ${sqlState}`, models: script.models });
    const { reason, error } = await run.ended();
    expect([reason, error?.code]).toEqual(['error', code]);
    expect(error?.message).toContain('refreshContext');
    const failed = writtenLines(stack.home).filter(
      ({ session_id: id, event }) => id === run.sessionId && event === 'stage_failed',
    );
    const retried = failed.map((line) => line.retried);
    expect(retried.indexOf(false)).toBe(retried.length - 1);
    // The number of attempts depends on what other sessions do meanwhile.
    expect(retried.length).toBeGreaterThanOrEqual(least);
    expect(retried.length).toBeLessThanOrEqual(most);
  }
  expect((await stack.api.session(other.sessionId)).status).toBe('running');
  await stack.api.steer(agentId, other.sessionId, { type: 'user.interrupt' });
  expect((await other.ended()).reason).toBe('interrupted');
});

test('[answer:bounds:bytes-counted-decoded] models that answer with bombs end their own sessions, and leave the worker alive, small and free for others', async () => {
  const zeros = Buffer.alloc(48 * 1024 * 1024);
  const frames = Buffer.from('data: {"choices":[{"index":0,"delta":{"content":""}}]}\n\n'.repeat(400_000));
  const bombs: readonly (readonly [encoding: string, body: Buffer])[] = [
    ['gzip', gzipSync(zeros)],
    ['br', brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ['deflate', deflateSync(frames)],
    ['gzip, gzip', gzipSync(gzipSync(zeros))],
    ['identity', Buffer.from(`data: {"choices":${'['.repeat(500_000)}\n\n`)],
    ['gzip', gzipSync(Buffer.concat([Buffer.from('data: '), zeros]))],
    ['identity', frames],
  ];
  const server = await startAnsweringServer();
  onTestFinished(() => server.close());
  const { worker } = stack.pids();
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ toolCalls: [LIST] }], [{ text: 'Done.' }]] });
  const models = [{ id: 'm', input_usd_per_mtok: 0, output_usd_per_mtok: 0, max_output_tokens: 1_000 }];
  for (const [index, [encoding, body]] of bombs.entries()) {
    const headers = { 'content-type': 'text/event-stream', 'content-encoding': encoding };
    const base_url = `${server.serve((response) => void response.writeHead(200, headers).end(body))}/v1`;
    await stack.api.call('POST', '/v1/providers', {
      provider: 'openai-compatible',
      name: `bomb${index}`,
      base_url,
      models,
    });
  }
  const runs = await Promise.all(
    [...bombs.keys(), 0, 1, 5].map((index) => stack.api.run(agentId, { message: 'Go.', models: [`bomb${index}/m`] })),
  );
  const quiet = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  expect((await quiet.ended()).reason).toBe('completed');
  for (const run of runs) {
    const { reason, error } = await run.ended(60_000);
    expect([reason, error?.code]).toEqual(['error', 'no_model_available']);
  }
  expect(stack.pids().worker).toBe(worker);
  const [, peakKb] = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${worker}/status`, 'utf8')) ?? [];
  expect(Number(peakKb)).toBeLessThan(900 * 1024);
});

test('[answer:bounds:sum-of-a-session] [session:end:the-one-fitting-reason] sessions that a model or a tool server sent more than the operator allows end with the name of that limit, and others of the tenant go on', async () => {
  const client = await stack.newTenant();
  const { data } = await stack.api.call<{ data: { id: string }[] }>('GET', '/v1/tenants?limit=1');
  await stack.api.call('PATCH', `/v1/tenants/${data[0]?.id}`, { limits: { session_received_bytes: 30_000 } });
  const server = await startHostileHttpServer();
  onTestFinished(() => server.kill());
  const url = `http://127.0.0.1:${server.port}/mcp`;
  const registered = { name: 'web', transport: 'streamable-http', url };
  const { id } = await client.call<{ id: string }>('POST', '/v1/mcp/servers', registered);
  const policy = { tool_name: 'web_*', allowed: true, effect: 'read', idempotent: true, allow_tainted: true };
  await client.call('PUT', '/v1/mcp/governance/policy', policy);
  await client.call('POST', `/v1/mcp/servers/${id}/discover`);
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'reader' });

  // Most bytes of such an answer are those of its frames.
  const long = { text: 'word '.repeat(1_000), chunks: 1_000 };
  const turnsOf = {
    answer: [[{ ...long, toolCalls: [LIST] }], [{ text: 'Never asked.' }]],
    failure: [[{ ...long, truncate: 'mid_stream' as const }, { text: 'Never asked.' }]],
    result: [[{ toolCalls: [{ name: 'web_huge', args: { bytes: 150_000 } }] }], [{ text: 'Never asked.' }]],
  };
  for (const [sent, turns] of Object.entries(turnsOf)) {
    const script = await stack.script({ turns }, { client });
    const run = await client.run('reader', { message: 'Go.', models: script.models });
    const { reason, error } = await run.ended();
    expect([sent, reason, error?.code]).toEqual([sent, 'error', 'session.received_too_much']);
    expect(error?.message).toContain('"session_received_bytes" of this tenant is 30000 bytes');
    expect((await script.report()).seen).toBe(1);
    const { received_bytes } = await client.session(run.sessionId);
    expect(received_bytes).toBeGreaterThan(30_000);
    expect(received_bytes).toBeLessThan(500_000);
  }
  const small = { name: 'web_huge', args: { bytes: 1_000 } };
  const script = await stack.script({ turns: [[{ toolCalls: [small] }], [{ text: 'Done.' }]] }, { client });
  const quiet = await client.run('reader', { message: 'Go.', models: script.models });
  expect((await quiet.ended()).reason).toBe('completed');
  const { received_bytes } = await client.session(quiet.sessionId);
  expect(received_bytes).toBeGreaterThan(1_000);
  expect(received_bytes).toBeLessThan(20_000);
});

/** Lets time pass for a key: it has expired now. */
async function expire(keyId: string): Promise<void> {
  await stack.db.serviceTransaction((tx) =>
    tx.query('expire-key', `UPDATE api_key SET expires_at = now() - interval '1 second' WHERE id = $1`, [keyId]),
  );
}

/** The key that did this to it, by the audit. */
async function auditedActor(action: string, target: string): Promise<string | undefined> {
  const [entry] = await stack.db.serviceTransaction((tx) =>
    tx.query<{ actor: string }>('audited-actor', 'SELECT actor FROM audit_entry WHERE action = $1 AND target = $2', [
      action,
      target,
    ]),
  );
  return entry?.actor;
}

/** Makes the reconciler look at a session now, instead of within half a minute. */
async function dueForReconciliation(sessionId: string): Promise<void> {
  await stack.db.serviceTransaction((tx) =>
    tx.query('due-now', 'UPDATE session SET reconcile_at = now() WHERE id = $1', [sessionId]),
  );
}
