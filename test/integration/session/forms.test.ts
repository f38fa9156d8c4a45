import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../../activities/stage-deps.ts';
import type { ApprovalResource } from '../../../contract/approvals.ts';
import type { PendingAction } from '../../../contract/events.ts';
import { type AskingRun, askingRun } from '../../support/asking-run.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { effectsOf, type ToolServer } from '../../support/tool-server.ts';

let stack: TestStack;
let agentId: string;
let writes: ToolServer;
let reads: ToolServer;

beforeAll(async () => {
  stack = await startTestStack({ restartWorkerAtOnce: true });
  agentId = await stack.newAgent();
  // The question about a lost call has tests of its own (unknown-effects.test.ts).
  await stack.api.call('PUT', '/v1/mcp/governance', { unknown_effects: 'tell' });
  writes = await stack.toolServer('writes', { effect: 'write', idempotent: false });
  reads = await stack.toolServer('reads', { effect: 'read', idempotent: false });
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const FORM = {
  message: 'Which size?',
  requestedSchema: {
    type: 'object',
    properties: { size: { type: 'string', enum: ['s', 'm'] }, count: { type: 'integer', minimum: 1 } },
    required: ['size'],
  },
};
const newNote = () => `form-${randomBytes(5).toString('hex')}`;
const asking = (server: ToolServer, note: string, of: object = FORM) => ({
  name: server.tool('ask'),
  args: { of, note },
});
const respond = (run: AskingRun['run'], pending: PendingAction | undefined, answer: object) =>
  stack.api.request('POST', `/v1/sessions/${run.sessionId}/events`, {
    type: 'user.form_response',
    tool_use_id: pending?.toolUseId,
    ...answer,
  });
const resultOf = (run: AskingRun['run']) => run.ofType('agent.tool_result').map(({ preview }) => preview);
const approval = (id: string | undefined) => stack.api.call<ApprovalResource>('GET', `/v1/mcp/approvals/${id}`);

test('[tool:forms:asked-and-answered] [I5] a server’s form makes the session idle, is answered once with what fits it, and what was entered is forgotten', async () => {
  const note = newNote();
  const { run, asked } = await askingRun(stack, agentId, [asking(writes, note)]);
  const [pending] = await asked();
  expect(pending).toMatchObject({ kind: 'form', rule: 'server', form: { mode: 'form', ...FORM }, args: { note } });
  expect(await stack.api.session(run.sessionId)).toMatchObject({ status: 'idle', idle_cause: 'requires_action' });
  expect(await approval(pending?.approvalId)).toMatchObject({
    kind: 'form',
    status: 'pending',
    form: { mode: 'form' },
  });

  for (const [answer, param] of [
    [{ action: 'accept' }, 'content'],
    [{ action: 'accept', content: {} }, 'content.size'],
    [{ action: 'accept', content: { size: 'xl' } }, 'content.size'],
    [{ action: 'accept', content: { size: 's', count: 0 } }, 'content.count'],
    [{ action: 'accept', content: { size: 's', other: 'x' } }, 'content.other'],
    [{ action: 'decline', content: { size: 's' } }, 'content'],
  ] as const) {
    const { status, body } = await respond(run, pending, answer);
    expect({ status, param: (body as { error: { param: string } }).error.param }).toEqual({ status: 400, param });
  }
  const confirmation = { type: 'user.tool_confirmation', tool_use_id: pending?.toolUseId, result: 'allow' };
  expect((await stack.api.request('POST', `/v1/sessions/${run.sessionId}/events`, confirmation)).status).toBe(404);

  const accepted = { action: 'accept', content: { size: 'm', count: 3 } };
  expect((await respond(run, pending, accepted)).status).toBe(202);
  expect((await run.ended()).reason).toBe('completed');
  expect(resultOf(run)).toEqual([JSON.stringify(accepted)]);
  expect(effectsOf(stack.counterFile, note)).toBe(1);
  expect(await approval(pending?.approvalId)).toMatchObject({ status: 'answered', answered_by: expect.any(String) });
  expect((await respond(run, pending, accepted)).status).toBe(409);
  const kept = await stack.db.serviceTransaction((tx) =>
    tx.query(
      'kept-of-forms',
      `SELECT a.answer, i.payload FROM required_action a JOIN session_inbox i ON i.session_id = a.session_id
        WHERE a.id = $1`,
      [pending?.approvalId],
    ),
  );
  expect(JSON.stringify(kept)).not.toContain('count');
});

test.each(['decline', 'cancel'])(
  '[tool:forms:asked-and-answered] a form that a person answers with %s is',
  async (action) => {
    const { run, asked } = await askingRun(stack, agentId, [asking(writes, newNote())]);
    const [pending] = await asked();
    expect((await respond(run, pending, { action })).status).toBe(202);
    await run.ended();
    expect(resultOf(run)).toEqual([JSON.stringify({ action })]);
  },
);

test('[tool:forms:asked-and-answered] an address is shown, and a message that comes meanwhile waits', async () => {
  const address = { mode: 'url', message: 'Log in there.', url: 'https://login.test/start', elicitationId: 'one' };
  const { run, asked } = await askingRun(stack, agentId, [asking(writes, newNote(), address)]);
  const [pending] = await asked();
  expect(pending?.form).toEqual({ mode: 'url', message: 'Log in there.', url: 'https://login.test/start' });
  const message = { type: 'user.message', text: 'Hurry.' };
  expect((await stack.api.request('POST', `/v1/sessions/${run.sessionId}/events`, message)).status).toBe(202);
  expect(await stack.api.session(run.sessionId)).toMatchObject({ status: 'idle' });
  expect((await respond(run, pending, { action: 'accept', content: { a: 'b' } })).status).toBe(400);
  expect((await respond(run, pending, { action: 'accept' })).status).toBe(202);
  await run.ended();
  expect(resultOf(run)).toEqual([JSON.stringify({ action: 'accept' })]);
});

test('[tool:forms:asked-and-answered] a form that nobody answers in time is cancelled', async () => {
  const { run, asked } = await askingRun(stack, agentId, [asking(writes, newNote())]);
  const [pending] = await asked();
  await stack.db.serviceTransaction((tx) =>
    tx.query('age-form', "UPDATE required_action SET expires_at = now() - interval '1 s' WHERE id = $1", [
      pending?.approvalId,
    ]),
  );
  await run.ended();
  expect(resultOf(run)).toEqual([JSON.stringify({ action: 'cancel' })]);
  expect(await approval(pending?.approvalId)).toMatchObject({ status: 'expired' });
});

test('[tool:forms:asked-and-answered] [I6] an interrupt ends a session that waits for a form', async () => {
  const { run, asked } = await askingRun(stack, agentId, [asking(writes, newNote())]);
  const [pending] = await asked();
  await stack.api.request('POST', `/v1/sessions/${run.sessionId}/events`, { type: 'user.interrupt' });
  expect((await run.ended()).reason).toBe('interrupted');
  expect(await approval(pending?.approvalId)).toMatchObject({ status: 'withdrawn' });
  expect((await respond(run, pending, { action: 'decline' })).status).toBe(409);
});

test('[tool:forms:asked-and-answered] calls that ask at the same time are asked about one after the other', async () => {
  const { run, asked } = await askingRun(stack, agentId, [asking(reads, newNote()), asking(writes, newNote())]);
  for (const [round, size] of ['s', 'm'].entries()) {
    const [pending, ...others] = await asked(round + 1);
    expect(others).toEqual([]);
    expect((await respond(run, pending, { action: 'accept', content: { size } })).status).toBe(202);
  }
  await run.ended();
  expect(resultOf(run).sort()).toEqual(
    ['m', 's'].map((size) => JSON.stringify({ action: 'accept', content: { size } })),
  );
});

test.each<{ point: FaultPoint; answered: boolean }>([
  { point: 'form_asked.after', answered: false },
  { point: 'form_answered.after', answered: true },
])(
  '[tool:forms:kill] [I5] [I6] the outcome of a call that writes is unknown when the worker is killed at $point',
  async ({ point, answered }) => {
    const note = newNote();
    stack.killWorkerAt(point);
    const { run, asked } = await askingRun(stack, agentId, [asking(writes, note)]);
    const [pending] = await asked();
    if (answered) expect((await respond(run, pending, { action: 'accept', content: { size: 's' } })).status).toBe(202);
    expect((await run.ended(45_000)).reason).toBe('completed');
    expect(stack.faultHappened()).toBe(true);
    await stack.workerReady();
    expect(resultOf(run)).toEqual([expect.stringContaining('It is not known whether writes_ask took effect')]);
    expect(effectsOf(stack.counterFile, note)).toBe(1);
  },
);

test('[tool:forms:kill] [I6] a call that only reads is made again, and asks again, when the worker is killed while it waits', async () => {
  stack.killWorkerAt('form_asked.after');
  const { run, asked } = await askingRun(stack, agentId, [asking(reads, newNote())]);
  const [first] = await asked();
  const [second] = await asked(2);
  expect(second?.approvalId).not.toBe(first?.approvalId);
  expect((await respond(run, second, { action: 'accept', content: { size: 's' } })).status).toBe(202);
  expect((await run.ended(45_000)).reason).toBe('completed');
  await stack.workerReady();
  expect(resultOf(run)).toEqual([JSON.stringify({ action: 'accept', content: { size: 's' } })]);
  expect(await approval(first?.approvalId)).toMatchObject({ status: 'withdrawn' });
});
