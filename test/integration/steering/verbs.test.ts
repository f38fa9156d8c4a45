import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../../activities/stage-deps.ts';
import type { SessionWhy } from '../../../contract/why.ts';
import type { EventWatch } from '../../support/event-watch.ts';
import { bulk, bulkEnd, bulkItems } from '../../support/failed-sessions.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { DEAR, LIST } from '../../support/script-parts.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { effectsOf } from '../../support/tool-server.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const ANSWERS = { turns: [[{ text: 'One.' }], [{ text: 'Two.' }], [{ text: 'Three.' }]], repeatLastAttempt: true };

type Verb = 'terminate' | 'pause' | 'resume';
const send = (verb: Verb, sessionId: string) => stack.api.request('POST', `/v1/sessions/${sessionId}/${verb}`);
const sendToAll = (verb: Verb, agentId: string) => stack.api.request('POST', `/v1/agents/${agentId}/sessions/${verb}`);
const say = (run: EventWatch, text: string) =>
  stack.api.call('POST', `/v1/sessions/${run.sessionId}/events`, { type: 'user.message', text });
const idleAs = (sessionId: string, cause: string) =>
  until(`${sessionId} to be idle (${cause})`, async () => (await stack.api.session(sessionId)).idle_cause === cause);
const causes = (run: EventWatch) => run.ofType('session.status_idle').map(({ cause }) => cause);

async function idleSession(body: object = {}): Promise<EventWatch> {
  const script = await stack.script(ANSWERS);
  const settings = { models: script.models, on_complete: 'idle', idle_timeout_s: 600, ...body };
  const run = await stack.api.run(await stack.newAgent(), { message: 'First.', ...settings });
  await run.waitForType('session.status_idle');
  return run;
}

async function sessionInModelCall(agentId: string) {
  const script = await stack.script({
    turns: [[{ text: 'One half. The other half.', chunks: 2, hang: 'mid_stream' }]],
  });
  const run = await stack.api.run(agentId, { message: 'First.', models: script.models });
  await until('half an answer', async () => ((await script.report()).requests[0]?.sent.frames ?? 0) > 0);
  return { run, script };
}

async function reservedNano(sessionId: string): Promise<bigint | undefined> {
  const [row] = await stack.db.serviceTransaction((tx) =>
    tx.query<{ nano: bigint }>('reserved-of', 'SELECT reserved_nano AS nano FROM budget_account WHERE account = $1', [
      `run:${sessionId}`,
    ]),
  );
  return row?.nano;
}

test('[steering:terminate:ends-at-once] [I4] [I5] a session is over when its termination is answered, although its worker stands still, and its calls are aborted when that goes on', async () => {
  const inModel = await sessionInModelCall(await stack.newAgent());
  const server = await stack.toolServer('slow', { effect: 'write', idempotent: false });
  const call = { name: server.tool('count'), args: { note: 'terminated', ms: 60_000 } };
  const calling = await stack.script({ turns: [[{ toolCalls: [call] }]] });
  const inTool = await stack.api.run(await stack.newAgent(), { message: 'First.', models: calling.models });
  await until('the tool to be called', () => effectsOf(stack.counterFile, 'terminated') === 1);

  await stack.processes.kill('worker', 'SIGSTOP');
  for (const { sessionId } of [inModel.run, inTool]) {
    const answers = await Promise.all([send('terminate', sessionId), send('terminate', sessionId)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { body } = answers.find(({ status }) => status === 200) ?? {};
    const error = { code: 'session_terminated', by: expect.stringMatching(/^key_/) };
    expect(body).toMatchObject({ status: 'ended', end_reason: 'terminated', error });
    expect(await reservedNano(sessionId)).toBe(0n);
  }
  await Promise.all([inModel.run.ended(), inTool.ended()]);
  await stack.processes.kill('worker', 'SIGCONT');
  await inModel.script.waitForRequests(1, { closed: true });
  expect(inTool.ofType('agent.tool_result')).toMatchObject([{ isError: true }]);
});

test('[session:why:true-in-every-state] a session whose next step no worker takes says so, and says no more once one has taken it', async () => {
  const run = await idleSession();
  const why = () => stack.api.call<SessionWhy>('GET', `/v1/sessions/${run.sessionId}/why`);
  expect(await why()).toMatchObject({ waits_for: 'message', unread_messages: 0, unknown: [] });
  await stack.processes.kill('worker', 'SIGSTOP');
  await say(run, 'Second.');
  const waiting = await until('it to wait for a worker', async () => {
    const now = await why();
    return now.waits_for === 'worker' ? now : undefined;
  });
  // Temporal remembers the worker that stands still.
  expect(waiting).toMatchObject({
    status: 'idle',
    unread_messages: 1,
    unknown: [expect.stringMatching(/last minute/)],
  });
  await stack.processes.kill('worker', 'SIGCONT');
  await until(
    'it to wait for a message again',
    async () => (await why()).waits_for === 'message' && causes(run).length === 2,
  );
  await send('terminate', run.sessionId);
});

test('[steering:pause:waits-for-ever-and-goes-on] [I1] a session that waits for a message does not time out while it is paused, keeps messages, and reads them when it is resumed', async () => {
  const run = await idleSession({ idle_timeout_s: 1 });
  const answers = await Promise.all([send('pause', run.sessionId), send('pause', run.sessionId)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  await idleAs(run.sessionId, 'paused');
  // The workflow has looked at its idle time, and was told that it is not over.
  await until('its idle time to be over', async () => {
    const { events } = await stack.temporal.workflow.getHandle(run.sessionId).fetchHistory();
    return events?.some((event) => event.markerRecordedEventAttributes?.markerName === 'core_patch');
  });
  await say(run, 'Kept.');
  expect(await stack.api.session(run.sessionId)).toMatchObject({ status: 'idle', idle_cause: 'paused', turns: 1 });
  expect((await send('resume', run.sessionId)).body).not.toHaveProperty('paused_at');
  expect((await run.ended()).reason).toBe('idle_timeout');
  expect(causes(run)).toEqual(['awaiting_input', 'paused', 'awaiting_input']);
  expect(run.ofType('agent.message')).toHaveLength(2);
});

test('[steering:pause:waits-for-ever-and-goes-on] [I6] a pause and its end take effect although Temporal was away when they were ordered', async () => {
  const [run, other] = [await idleSession(), await idleSession()];
  await send('pause', other.sessionId);
  await idleAs(other.sessionId, 'paused');
  await stack.processes.halt('temporal');
  expect((await send('pause', run.sessionId)).status).toBe(200);
  expect((await send('resume', other.sessionId)).status).toBe(200);
  await stack.processes.restart('temporal');
  await idleAs(run.sessionId, 'paused');
  await idleAs(other.sessionId, 'awaiting_input');
  for (const { sessionId } of [run, other]) await send('terminate', sessionId);
});

/** A session whose next boundary comes when it is released. */
async function sessionBeforeBoundary() {
  const script = await stack.script({ turns: [[{ toolCalls: [LIST], holdUntil: 'go' }], [{ text: 'Two.' }]] });
  const run = await stack.api.run(await stack.newAgent(), { message: 'First.', models: script.models });
  await script.waitForRequests(1);
  return { run, release: () => script.release('go') };
}

test.each<FaultPoint>(['context.after', 'reservation.after'])(
  '[steering:pause:waits-for-ever-and-goes-on] [I6] a session whose worker is killed at %s when it pauses, and again when it goes on, does both once',
  async (point) => {
    const killed = async (work: Promise<unknown>) => {
      await work;
      await until('the death', () => stack.faultHappened());
    };
    if (point === 'context.after') {
      const run = await idleSession();
      stack.killWorkerAt(point);
      await killed(send('pause', run.sessionId));
      await idleAs(run.sessionId, 'paused');
      stack.killWorkerAt(point);
      await killed(send('resume', run.sessionId));
      await idleAs(run.sessionId, 'awaiting_input');
      await send('terminate', run.sessionId);
      await run.ended();
      expect(causes(run)).toEqual(['awaiting_input', 'paused', 'awaiting_input']);
      return;
    }
    const { run, release } = await sessionBeforeBoundary();
    await send('pause', run.sessionId);
    stack.killWorkerAt(point);
    await killed(release());
    await idleAs(run.sessionId, 'paused');
    stack.killWorkerAt(point);
    await killed(send('resume', run.sessionId));
    expect((await run.ended()).reason).toBe('completed');
    expect(causes(run)).toEqual(['paused']);
    expect(run.ofType('session.status_running')).toHaveLength(2);
  },
);

test('[steering:pause:waits-for-ever-and-goes-on] a session that was idle for money when it paused looks for money when it is resumed, and for nothing before', async () => {
  const call = { toolCalls: [LIST], usage: { outputTokens: 1_000 } };
  const script = await stack.script({ turns: [[call], [{ text: 'Two.' }]], repeatLastAttempt: true }, { models: DEAR });
  const body = { models: script.models, on_budget: 'ask', budget_cap_usd: 0.5, idle_timeout_s: 600 };
  const run = await stack.api.run(await stack.newAgent(), { message: 'First.', ...body });
  await idleAs(run.sessionId, 'budget');
  await send('pause', run.sessionId);
  await idleAs(run.sessionId, 'paused');
  await send('resume', run.sessionId);
  await idleAs(run.sessionId, 'budget');
  await send('pause', run.sessionId);
  await idleAs(run.sessionId, 'paused');
  await stack.api.call('PATCH', `/v1/sessions/${run.sessionId}`, { budget_cap_usd: 50 });
  await send('resume', run.sessionId);
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('session.status_idle').map(({ cause, idleTimeoutMs }) => [cause, idleTimeoutMs > 1e9])).toEqual([
    ['budget', false],
    ['paused', true],
    ['budget', false],
    ['paused', true],
  ]);
});

test('[steering:agent:all-its-sessions] all sessions of an agent pause, also those that begin meanwhile, and go on or end by one request', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script(ANSWERS);
  const settings = { message: 'First.', models: script.models, on_complete: 'idle', idle_timeout_s: 600 };
  const waiting = await stack.api.run(agentId, settings);
  const alone = await stack.api.run(agentId, settings);
  for (const { sessionId } of [waiting, alone]) await idleAs(sessionId, 'awaiting_input');
  await send('pause', alone.sessionId);
  const paused = await Promise.all([sendToAll('pause', agentId), sendToAll('pause', agentId)]);
  expect(paused.map(({ status }) => status)).toEqual([200, 200]);
  expect(paused[0]?.body).toMatchObject({ agentId, pausedAt: expect.any(String) });
  const fresh = await stack.api.run(agentId, settings);
  for (const { sessionId } of [waiting, alone, fresh]) await idleAs(sessionId, 'paused');
  expect(fresh.ofType('br.model_selected')).toEqual([]);
  expect(await send('resume', waiting.sessionId)).toMatchObject({
    status: 409,
    body: { error: { code: 'agent_paused' } },
  });

  expect((await sendToAll('resume', agentId)).body).not.toHaveProperty('pausedAt');
  for (const { sessionId } of [waiting, fresh]) await idleAs(sessionId, 'awaiting_input');
  expect(await stack.api.session(alone.sessionId)).toMatchObject({ idle_cause: 'paused' });

  const ended = await sendToAll('terminate', agentId);
  expect(ended.body).toEqual({ agent_id: agentId, terminated: 3, more: false });
  for (const run of [waiting, alone, fresh]) expect((await run.ended()).reason).toBe('terminated');
  expect((await sendToAll('terminate', agentId)).body).toMatchObject({ terminated: 0 });
});

test('[steering:tenant:all-its-sessions] all sessions of a tenant pause, also those that begin meanwhile, and go on or end by one request; another tenant notices nothing', async () => {
  const stranger = await stack.newTenant();
  await stranger.call('POST', '/v1/agent/bootstrap', { agent_id: 'stranger' });
  const theirs = await stack.script(ANSWERS, { client: stranger });
  const settings = { on_complete: 'idle', idle_timeout_s: 600 };
  const other = await stranger.run('stranger', { message: 'First.', models: theirs.models, ...settings });
  const [first, second] = [await idleSession(), await idleSession()];
  const [alone, ofAgent] = [await idleSession(), await idleSession()];
  const pausedAgent = String((await stack.api.session(ofAgent.sessionId)).agent_id);
  await send('pause', alone.sessionId);
  await sendToAll('pause', pausedAgent);
  await other.waitForType('session.status_idle');

  const all = (verb: Verb) => stack.api.request('POST', `/v1/sessions/${verb}`);
  const paused = await Promise.all([all('pause'), all('pause')]);
  expect(paused.map(({ status }) => status)).toEqual([200, 200]);
  expect(paused[0].body).toEqual(paused[1].body);
  expect(paused[0].body).toEqual({ paused_at: expect.any(String), paused_by: expect.stringMatching(/^key_/) });
  expect(await stack.api.call('GET', '/v1/governance/summary')).toMatchObject({
    sessions_paused_at: expect.any(String),
  });
  const script = await stack.script(ANSWERS);
  const fresh = await stack.api.run(await stack.newAgent(), { message: 'First.', models: script.models, ...settings });
  for (const { sessionId } of [first, second, alone, ofAgent, fresh]) await idleAs(sessionId, 'paused');
  expect(fresh.ofType('br.model_selected')).toEqual([]);
  const refused = { status: 409, body: { error: { code: 'tenant_paused' } } };
  expect(await send('resume', alone.sessionId)).toMatchObject(refused);
  expect(await sendToAll('resume', pausedAgent)).toMatchObject(refused);
  const why = await stack.api.call<SessionWhy>('GET', `/v1/sessions/${fresh.sessionId}/why`);
  expect(why).toMatchObject({ waits_for: 'resume', unblocked_by: [{ path: '/v1/sessions/resume' }] });
  const resumes = { action: 'resume', filter: { agent_id: pausedAgent } };
  expect(await bulk(stack.api, { ...resumes, dry_run: true })).toMatchObject({
    would_be_refused: [{ code: 'tenant_paused', sessions: 1 }],
  });
  const job = await bulk(stack.api, resumes);
  expect(await bulkEnd(stack.api, job.id)).toMatchObject({ progress: { refused: 1 } });
  expect(await bulkItems(stack.api, job.id)).toMatchObject([{ code: 'tenant_paused' }]);
  expect(await stranger.session(other.sessionId)).toMatchObject({ idle_cause: 'awaiting_input' });

  expect(await all('resume')).toMatchObject({ status: 200, body: {} });
  for (const { sessionId } of [first, second, fresh]) await idleAs(sessionId, 'awaiting_input');
  for (const { sessionId } of [alone, ofAgent]) {
    expect(await stack.api.session(sessionId)).toMatchObject({ idle_cause: 'paused' });
  }
  const ended = await all('terminate');
  expect(ended.body).toEqual({ terminated: 5, more: false });
  for (const run of [first, second, alone, ofAgent, fresh]) expect((await run.ended()).reason).toBe('terminated');
  expect((await all('terminate')).body).toEqual({ terminated: 0, more: false });
  expect(await stranger.session(other.sessionId)).toMatchObject({ idle_cause: 'awaiting_input' });
  await stranger.call('POST', `/v1/sessions/${other.sessionId}/terminate`);
  const { data } = await stack.api.call<{ data: { action: string }[] }>('GET', '/v1/governance/audit?limit=100');
  const actions = data.map(({ action }) => action).filter((action) => action.startsWith('sessions.'));
  expect(actions.toSorted()).toEqual(['sessions.pause', 'sessions.resume']);
});
