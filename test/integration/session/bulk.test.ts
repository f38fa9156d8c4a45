import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BulkAction, BulkItemResource, BulkJobResource, BulkPreview } from '../../../contract/bulk.ts';
import type { SessionResource } from '../../../contract/runs.ts';
import { type ApiClient, createClient } from '../../support/client.ts';
import { bulk, bulkEnd, bulkItems, bulkJob, failedSessions } from '../../support/failed-sessions.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { DEAR, LIST } from '../../support/script-parts.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';

let stack: SharedStack;
let erased = false;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => (erased ? undefined : checkInvariants(stack)));
afterAll(() => stack.stop());

const session = (id: string) => stack.api.session(id);
const lifecycle = (agentId: string, state: string) =>
  stack.api.call('PATCH', `/v1/agent/profiles/lifecycle/${agentId}`, { state });

/** A session that nobody looks for when it has been erased. */
async function newSession(agentId: string, body: object): Promise<string> {
  const made = await stack.api.call<{ id: string }>('POST', `/v1/agents/${agentId}/sessions`, {
    message: 'Go.',
    ...body,
  });
  return made.id;
}

const untilItIs = (id: string, wanted: object) =>
  until(`${id} to be ${JSON.stringify(wanted)}`, async () => {
    const found = await session(id);
    return Object.entries(wanted).every(([name, value]) => found[name] === value);
  });

/** One session in each state that decides whether an action is refused. */
async function sessionsInAllStates(): Promise<{ active: string; timesOut: string }> {
  const bad = await stack.script({ turns: [[{ status: 401 }]], repeatLastAttempt: true });
  const good = await stack.script({ turns: [[{ text: 'One.' }], [{ text: 'Two.' }]], repeatLastAttempt: true });
  const calling = await stack.script({ turns: [[{ toolCalls: [LIST] }], [{ text: 'Two.' }]], repeatLastAttempt: true });
  const dear = await stack.script(
    { turns: [[{ toolCalls: [LIST], usage: { outputTokens: 4_700 } }], [{ text: 'Paid.' }]] },
    { models: DEAR },
  );
  const agents = await Promise.all([1, 2, 3, 4].map(() => stack.newAgent()));
  const [active = '', suspended = '', terminated = '', paused = ''] = agents;
  const made: [agentId: string, body: object, wanted: object][] = [
    [active, { models: bad.models }, { end_reason: 'error' }],
    [active, { models: good.models }, { end_reason: 'completed' }],
    [active, { models: good.models, on_complete: 'idle' }, { idle_cause: 'awaiting_input' }],
    [active, { models: good.models, on_complete: 'idle', idle_timeout_s: 0.2 }, { end_reason: 'idle_timeout' }],
    [active, { models: calling.models, max_turns: 1 }, { end_reason: 'max_turns' }],
    [active, { models: dear.models, budget_cap_usd: 1.9 }, { end_reason: 'budget_exhausted' }],
    [suspended, { models: bad.models }, { end_reason: 'error' }],
    [terminated, { models: bad.models }, { end_reason: 'error' }],
    [paused, { models: good.models, on_complete: 'idle' }, { idle_cause: 'awaiting_input' }],
  ];
  const ids = await Promise.all(
    made.map(async ([agentId, body, wanted]) => {
      const id = await newSession(agentId, body);
      await untilItIs(id, wanted);
      return id;
    }),
  );
  const replay = await stack.api.call<{ id: string }>('POST', `/v1/sessions/${ids[4]}/replay`, { models: 'recorded' });
  await untilItIs(replay.id, { end_reason: 'max_turns' });
  await lifecycle(suspended, 'suspended');
  await lifecycle(terminated, 'terminated');
  await stack.api.call('POST', `/v1/agents/${paused}/sessions/pause`);
  await until('the session of the paused agent to pause', async () => {
    const { data } = await stack.api.call<{ data: SessionResource[] }>('GET', `/v1/agents/${paused}/sessions`);
    return data[0]?.idle_cause === 'paused';
  });
  return { active, timesOut: ids[3] ?? '' };
}

const byCode = (refused: readonly { code?: string | undefined; sessions: number }[]) =>
  Object.fromEntries(refused.map(({ code, sessions }) => [code, sessions]));

function refusalsOf(items: readonly BulkItemResource[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome, code = '' } of items) if (outcome === 'refused') counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

async function haveEnded(agentId: string): Promise<boolean> {
  const { data } = await stack.api.call<{ data: SessionResource[] }>('GET', `/v1/agents/${agentId}/sessions`);
  return data.every(({ status }) => status === 'ended');
}

const atRest = () =>
  until('all sessions to be at rest', async () => {
    const { data } = await stack.api.call<{ data: unknown[] }>('GET', '/v1/sessions?status=running');
    return data.length === 0;
  });

test('[session:bulk:each-session-once] [I1] two jobs over the same failed sessions at once retry each of them once, with the models of the retry, and note it once in the audit', async () => {
  const agentId = await stack.newAgent();
  const { sessionIds, retry } = await failedSessions(stack, [agentId], { each: 20 });
  const request = { action: 'retry', filter: { agent_id: agentId, reason: 'error' }, rate: 50, retry };
  const headers = { 'idempotency-key': `bulk-${agentId}` };
  const send = () => stack.api.request('POST', '/v1/sessions/bulk', request, headers);
  const [first, again] = [await send(), await send()];
  expect([first.status, again.status, again.body]).toEqual([202, 202, first.body]);
  const { id } = first.body as BulkJobResource;
  const rival = await bulk(stack.api, { ...request, filter: { agent_id: agentId } });
  const jobs = [await bulkEnd(stack.api, id), await bulkEnd(stack.api, rival.id)];
  expect(jobs.reduce((sum, { progress }) => sum + progress.done, 0)).toBe(20);
  await atRest();
  for (const sessionId of sessionIds)
    expect(await session(sessionId)).toMatchObject({ end_reason: 'completed', retries: 1 });
  expect(await retriesNoted(sessionIds)).toBe(20);
});

async function retriesNoted(sessionIds: readonly string[]): Promise<number> {
  const [row] = await stack.db.serviceTransaction((tx) =>
    tx.query<{ noted: number }>(
      'retries-noted',
      `SELECT count(*)::int AS noted FROM audit_entry WHERE action = 'session.retry' AND target = ANY ($1)`,
      [sessionIds],
    ),
  );
  return row?.noted ?? 0;
}

test('[session:bulk:rate-cancel-and-waiting] a job keeps its rate, waits for room, and does nothing behind its cancellation or without its key', async () => {
  const agentId = await stack.newAgent();
  const { sessionIds, retry } = await failedSessions(stack, [agentId], { each: 12 });
  const filter = { agent_id: agentId };
  const paced = await bulk(stack.api, { action: 'pause', filter, rate: 10 });
  expect(paced).toMatchObject({ status: 'running', sessions: 12, estimate: { seconds: 0 } });
  expect(await bulkEnd(stack.api, paced.id)).toMatchObject({ progress: { refused: 12 } });
  const times = (await bulkItems(stack.api, paced.id)).map(({ settled_at = '' }) => Date.parse(settled_at));
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(900);

  const slow = await bulk(stack.api, { action: 'retry', filter, rate: 0.5, retry });
  await until('the first session to be retried', async () => (await bulkJob(stack.api, slow.id)).progress.done > 0);
  const cancelled = await stack.api.call<BulkJobResource>('POST', `/v1/sessions/bulk/${slow.id}/cancel`);
  const { done, not_done: left } = cancelled.progress;
  expect(cancelled).toMatchObject({ status: 'cancelled', progress: { pending: 0, done, not_done: 12 - done } });
  expect(left).toBeGreaterThan(0);
  expect(await stack.api.request('POST', `/v1/sessions/bulk/${slow.id}/cancel`)).toMatchObject({
    status: 409,
    body: { error: { code: 'bulk_job_ended' } },
  });
  await atRest();
  const retried = await Promise.all(sessionIds.map(session));
  expect(retried.filter(({ retries }) => retries === 1)).toHaveLength(done);

  const key = await stack.api.call<{ id: string; key: string }>('POST', '/v1/api-keys', { scopes: ['admin'] });
  const other = createClient({ baseUrl: stack.baseUrl, apiKey: key.key, records: stack.records });
  const orphan = await bulk(other, { action: 'retry', filter: { ...filter, reason: 'error' }, rate: 0.5, retry });
  await stack.api.call('DELETE', `/v1/api-keys/${key.id}`);
  const failed = await bulkEnd(stack.api, orphan.id);
  expect(failed).toMatchObject({ status: 'failed', error: { code: 'key_not_valid' }, created_by: key.id });
  await atRest();

  await setLimit('sessions', (await liveSessions()) + 1);
  const waiting = await bulk(stack.api, { action: 'retry', filter: { ...filter, reason: 'error' }, rate: 100, retry });
  const whole = await bulkEnd(stack.api, waiting.id);
  await setLimit('sessions', null);
  expect(whole.progress).toMatchObject({ done: waiting.sessions, refused: 0, failed: 0 });
  await atRest();
  const all = await Promise.all(sessionIds.map(session));
  expect(all.filter(({ retries, end_reason }) => retries === 1 && end_reason === 'completed')).toHaveLength(12);
});

async function liveSessions(): Promise<number> {
  const { data } = await stack.api.call<{ data: SessionResource[] }>('GET', '/v1/sessions?status=idle');
  return data.length;
}

/** Sets a limit of the tenant as the operator would. */
async function setLimit(name: string, value: number | null): Promise<void> {
  const [tenantId = ''] = stack.tenants ?? [];
  await stack.db.serviceTransaction(async (tx) => {
    await tx.query('unset', 'DELETE FROM tenant_limit WHERE tenant_id = $1 AND name = $2', [tenantId, name]);
    if (value === null) return;
    await tx.query('set', 'INSERT INTO tenant_limit (tenant_id, name, value) VALUES ($1, $2, $3)', [
      tenantId,
      name,
      value,
    ]);
  });
}

test('[session:bulk:bounded-and-own] a job is refused that names no sessions, too many, or what it does not know; other tenants and weaker keys have no part in it', async () => {
  const refused = async (client: ApiClient, body: object) => {
    const answer = await client.request('POST', '/v1/sessions/bulk', body);
    return [answer.status, (answer.body as { error?: { code: string } }).error?.code];
  };
  const filter = { reason: 'error' };
  const cases: [body: object, status: number, code: string][] = [
    [{ action: 'retry' }, 400, 'invalid_request'],
    [{ action: 'retry', filter: {} }, 400, 'invalid_request'],
    [{ action: 'retry', filter: { colour: 'red' } }, 400, 'unknown_field'],
    [{ action: 'mend', filter }, 400, 'invalid_request'],
    [{ action: 'pause', filter, retry: { max_turns: 5 } }, 400, 'invalid_request'],
    [{ action: 'pause', filter, rate: 0 }, 400, 'invalid_request'],
    [{ action: 'pause', filter, speed: 1 }, 400, 'unknown_field'],
  ];
  for (const [body, ...wanted] of cases) expect([body, ...(await refused(stack.api, body))]).toEqual([body, ...wanted]);

  const { key } = await stack.api.call<{ key: string }>('POST', '/v1/api-keys', { scopes: ['run', 'read'] });
  const runner = createClient({ baseUrl: stack.baseUrl, apiKey: key, records: stack.records });
  expect(await refused(runner, { action: 'pause', filter })).toEqual([403, 'missing_scope']);

  const agentId = await stack.newAgent();
  await failedSessions(stack, [agentId], { each: 2 });
  const own = { action: 'pause', filter: { agent_id: agentId } };
  await setLimit('bulk_sessions', 1);
  for (const dry_run of [true, false])
    expect(await refused(stack.api, { ...own, dry_run })).toEqual([413, 'quota_exceeded']);
  await setLimit('bulk_sessions', null);
  await setLimit('bulk_jobs', 0);
  expect(await refused(stack.api, own)).toEqual([429, 'limit_reached']);
  await setLimit('bulk_jobs', null);

  const { id } = await bulk(stack.api, own);
  await bulkEnd(stack.api, id);
  const stranger = await stack.newTenant();
  const paths = [
    ['GET', ''],
    ['GET', '/items'],
    ['POST', '/cancel'],
  ] as const;
  for (const [method, end] of paths) {
    expect((await stranger.request(method, `/v1/sessions/bulk/${id}${end}`)).status).toBe(404);
  }
  expect(await stranger.call('GET', '/v1/sessions/bulk')).toEqual({ data: [], next_cursor: null });
  expect(await bulk<BulkPreview>(stranger, { ...own, dry_run: true })).toMatchObject({ sessions: 0, sample: [] });
  expect((await stack.api.request('GET', `/v1/sessions/bulk/${id}/items?cursor=x`)).status).toBe(400);
  expect(await stack.api.call('GET', `/v1/sessions/bulk/${id}/items?outcome=done`)).toMatchObject({ data: [] });
});

test('[session:bulk:says-before-what-it-does] a job of retries does the last turns again, or raises caps, as its dry run says', async () => {
  const note = { name: 'workspace_write', args: { name: 'bulk.md', content: 'x' } };
  const twice = async (call: typeof LIST) =>
    (await stack.script({ turns: [[{ toolCalls: [call] }], [{ text: 'Read.' }]], repeatLastAttempt: true })).models;
  const bad = await stack.script({ turns: [[{ status: 401 }]], repeatLastAttempt: true });
  const dear = await stack.script(
    { turns: [[{ toolCalls: [LIST], usage: { outputTokens: 4_700 } }], [{ text: 'Paid.' }]] },
    { models: DEAR },
  );
  const agentId = await stack.newAgent();
  const made: readonly object[] = [
    { models: await twice(note), max_turns: 1 },
    { models: await twice(LIST), max_turns: 1 },
    { models: bad.models },
    { models: dear.models, budget_cap_usd: 1.9 },
  ];
  const ids = await Promise.all(made.map((body) => newSession(agentId, body)));
  for (const id of ids) await untilItIs(id, { status: 'ended' });
  const [, reads = '', , paid = ''] = ids;
  const filter = { agent_id: agentId };
  const outcome = async (retry: object) => {
    const preview = await bulk<BulkPreview>(stack.api, { action: 'retry', filter, retry, dry_run: true });
    const { id } = await bulk(stack.api, { action: 'retry', filter, retry, rate: 100 });
    const job = await bulkEnd(stack.api, id);
    const refused = refusalsOf(await bulkItems(stack.api, id));
    expect([job.progress.done, refused]).toEqual([preview.would_be_done, byCode(preview.would_be_refused)]);
    await atRest();
    return { done: job.progress.done, ...refused };
  };
  expect(await outcome({ from: 'last_turn' })).toEqual({
    done: 1,
    effects_executed: 1,
    turns_used_up: 1,
    budget_exhausted: 1,
  });
  expect(await outcome({ from: 'last_turn', max_turns: 3 })).toEqual({
    done: 2,
    effects_executed: 1,
    budget_exhausted: 1,
  });
  expect(await session(reads)).toMatchObject({ end_reason: 'completed', retries: 1, max_turns: 3 });
  expect(await outcome({ budget_cap_usd: 9, max_turns: 3 })).toMatchObject({ done: 3, session_completed: 1 });
  expect(await session(paid)).toMatchObject({ end_reason: 'completed', budget_cap_usd: 9, retries: 1 });
});

// The last test: the ledger keeps what erased sessions spent, and their attempts are gone.
test('[session:bulk:says-before-what-it-does] each action does to sessions in each state what the request about one does, and its dry run says so before', async () => {
  const since = new Date(Date.now() - 1_000).toISOString();
  const { active, timesOut } = await sessionsInAllStates();
  const all = { created_after: since };
  const refusals: Partial<Record<BulkAction, object>> = {};
  const steps: [BulkAction, filter: object][] = [
    ['retry', all],
    ['pause', all],
    ['resume', all],
    ['interrupt', { agent_id: active }],
    ['terminate', all],
    ['delete', all],
  ];
  const before = await stack.api.call('GET', '/v1/sessions');
  for (const [action] of steps) await bulk<BulkPreview>(stack.api, { action, filter: all, dry_run: true });
  expect(await stack.api.call('GET', '/v1/sessions')).toEqual(before);
  for (const [action, filter] of steps) {
    if (action === 'delete') await checkInvariants(stack);
    const preview = await bulk<BulkPreview>(stack.api, { action, filter, dry_run: true });
    const { id } = await bulk(stack.api, { action, filter, rate: 100 });
    const job = await bulkEnd(stack.api, id);
    const items = await bulkItems(stack.api, id);
    expect(job).toMatchObject({
      status: 'completed',
      action,
      sessions: preview.sessions,
      progress: { pending: 0, failed: 0 },
    });
    expect(items.map(({ place }) => place)).toEqual(items.map((_, index) => index));
    expect([action, job.progress.done, refusalsOf(items)]).toEqual([
      action,
      preview.would_be_done,
      byCode(preview.would_be_refused),
    ]);
    refusals[action] = refusalsOf(items);
    await atRest();
    if (action === 'retry') await untilItIs(timesOut, { end_reason: 'idle_timeout', retries: 1 });
    if (action === 'interrupt') await until('the interrupted sessions to end', () => haveEnded(active));
  }
  expect(refusals).toMatchObject({
    retry: {
      session_completed: 1,
      session_is_replay: 1,
      session_not_ended: 2,
      agent_suspended: 1,
      agent_terminated: 1,
      turns_used_up: 1,
      budget_exhausted: 1,
    },
    resume: { agent_paused: 1 },
  });
  expect(await stack.api.call('GET', `/v1/sessions?created_after=${since}`)).toMatchObject({ data: [] });
  erased = true;
});
