import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AskingRun, askingRun, requireApproval } from '../../support/asking-run.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { effectsOf, type ToolServer } from '../../support/tool-server.ts';

let stack: TestStack;
let agentId: string;
let writes: ToolServer;

beforeAll(async () => {
  stack = await startTestStack();
  agentId = await stack.newAgent();
});
// A server that has crashed often is left alone for a while, so each test has one of its own.
beforeEach(async () => {
  const name = `writes-${randomBytes(3).toString('hex')}`;
  writes = await stack.toolServer(name, { effect: 'write', idempotent: false });
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

/** A run whose call takes effect and is then lost with its server. */
async function lostCall(body: object = {}, server = writes): Promise<AskingRun & { note: string }> {
  const note = `lost-${randomBytes(5).toString('hex')}`;
  const call = { name: server.tool('crash_after_count'), args: { note } };
  return { ...(await askingRun(stack, agentId, [call], body)), note };
}

const resolve = ({ run, pending }: AskingRun, answer: object) =>
  stack.api.request('POST', `/v1/sessions/${run.sessionId}/events`, {
    type: 'user.effect_resolution',
    tool_use_id: pending()[0]?.toolUseId,
    ...answer,
  });

test.each([
  {
    answer: { action: 'skip' },
    isError: true,
    preview: '_crash_after_count took effect',
  },
  { answer: { action: 'result', result: 'It was counted.' }, isError: false, preview: 'It was counted.' },
])(
  '[effect:unknown:a-person-decides] [I5] a call that may have had its effect makes the session idle, and "$answer.action" of a person becomes its result',
  async ({ answer, isError, preview }) => {
    const lost = await lostCall();
    const [question] = await lost.asked();
    expect(question).toMatchObject({
      kind: 'effect_unknown',
      toolName: writes.tool('crash_after_count'),
      args: { note: lost.note },
      happened: expect.stringContaining('went away during the call'),
    });
    expect(await stack.api.session(lost.run.sessionId)).toMatchObject({ idle_cause: 'requires_action' });
    const approve = await stack.api.request('POST', `/v1/mcp/approvals/${question?.approvalId}/approve`, {});
    expect(approve).toMatchObject({ status: 409, body: { error: { code: 'not_an_approval' } } });
    const confirmed = await lost.confirm(question?.toolUseId ?? '', { result: 'allow' });
    expect(confirmed).toMatchObject({ status: 404, body: { error: { code: 'no_such_tool_use' } } });

    expect((await resolve(lost, answer)).status).toBe(202);
    expect(await lost.run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
    expect(lost.run.ofType('agent.tool_result')).toMatchObject([
      { isError, preview: expect.stringContaining(preview) },
    ]);
    expect(effectsOf(stack.counterFile, lost.note)).toBe(1);
    expect((await resolve(lost, answer)).status).toBe(409);
  },
);

test('[effect:unknown:a-person-decides] [I5] a call that a person has made again asks again if it is lost again, and is made no more often than that', async () => {
  // A server that has crashed often is left alone for a while, so this one is another.
  const lost = await lostCall({}, await stack.toolServer('again', { effect: 'write', idempotent: false }));
  await lost.asked();
  expect((await resolve(lost, { action: 'retry' })).status).toBe(202);
  await lost.asked(2);
  expect(effectsOf(stack.counterFile, lost.note)).toBe(2);
  expect((await resolve(lost, { action: 'result', result: 'Twice.' })).status).toBe(202);
  expect((await lost.run.ended()).reason).toBe('completed');
  expect(effectsOf(stack.counterFile, lost.note)).toBe(2);
  expect(lost.run.ofType('agent.tool_result')).toMatchObject([{ isError: false, preview: 'Twice.' }]);
});

test('[effect:unknown:a-person-decides] [I5] a call that policy refuses when a person has it made again stays unknown, and says why', async () => {
  const forbidden = await stack.toolServer('forbidden', { effect: 'write', idempotent: false });
  const lost = await lostCall({}, forbidden);
  await lost.asked();
  await stack.api.call('PUT', '/v1/mcp/governance/policy', {
    tool_name: 'forbidden/crash_after_count',
    allowed: false,
  });
  expect((await resolve(lost, { action: 'retry' })).status).toBe(202);
  expect((await lost.run.ended()).reason).toBe('completed');
  expect(effectsOf(stack.counterFile, lost.note)).toBe(1);
  const [result] = lost.run.ofType('agent.tool_result');
  expect(result?.preview).toMatch(/^It is not known whether .* took effect\..* is not allowed by policy\./);
  const outcomes = `/v1/mcp/audit?kind=outcome&session_id=${lost.run.sessionId}`;
  const { data } = await stack.api.call<{ data: object[] }>('GET', outcomes);
  expect(data).toMatchObject([{ detail: { outcome: 'unknown', reason_code: 'tool.outcome_unknown' } }]);
});

test('[effect:unknown:a-person-decides] an approval that is sent again answers no later question about the same call', async () => {
  const approved = await stack.toolServer('approved', { effect: 'write', idempotent: false });
  await requireApproval(stack, approved);
  const lost = await lostCall({}, approved);
  const [first] = await lost.asked();
  const approve = () => stack.api.request('POST', `/v1/mcp/approvals/${first?.approvalId}/approve`, {});
  expect((await approve()).status).toBe(200);
  const [second] = await lost.asked(2);
  expect(second).toMatchObject({ kind: 'effect_unknown', toolUseId: first?.toolUseId });
  expect(await approve()).toMatchObject({ status: 409, body: { error: { code: 'already_answered' } } });
  const question = await stack.api.call('GET', `/v1/mcp/approvals/${second?.approvalId}`);
  expect(question).toMatchObject({ status: 'pending' });
  expect((await resolve(lost, { action: 'result', result: 'It was counted.' })).status).toBe(202);
  expect((await lost.run.ended()).reason).toBe('completed');
  expect(effectsOf(stack.counterFile, lost.note)).toBe(1);
});

test('[effect:unknown:a-person-decides] what nobody answers in time stays unknown, and an interrupt ends the session with it', async () => {
  const expired = await lostCall({ idle_timeout_s: 0.3 });
  const stopped = await lostCall();
  await stopped.asked();
  await stack.api.steer(agentId, stopped.run.sessionId, { type: 'user.interrupt' });
  expect((await stopped.run.ended()).reason).toBe('interrupted');
  expect((await expired.run.ended()).reason).toBe('completed');
  for (const { run } of [expired, stopped]) {
    expect(run.ofType('agent.tool_result')).toMatchObject([
      { isError: true, preview: expect.stringContaining('not known whether') },
    ]);
  }
});

test('[effect:key:same-on-every-attempt] a server is handed the idempotency key of a call', async () => {
  const keyed = await stack.toolServer('keyed', { effect: 'write', idempotent: true });
  const { run } = await askingRun(stack, agentId, [{ name: keyed.tool('count_key'), args: {} }]);
  expect((await run.ended()).reason).toBe('completed');
  const [use] = run.ofType('agent.tool_use');
  expect(effectsOf(stack.counterFile, use?.toolUseId ?? '')).toBe(1);
});
