import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ApprovalResource } from '../../../contract/approvals.ts';
import { type AskingRun, askingRun, requireApproval } from '../../support/asking-run.ts';
import type { EventWatch } from '../../support/event-watch.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { LIST } from '../../support/script-parts.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { effectsOf, type ToolServer } from '../../support/tool-server.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;
let agentId: string;
let asks: ToolServer;
let free: ToolServer;

beforeAll(async () => {
  stack = await startTestStack();
  agentId = await stack.newAgent();
  asks = await stack.toolServer('asks', { effect: 'write', idempotent: false });
  free = await stack.toolServer('free', { effect: 'read', idempotent: false });
  await requireApproval(stack, asks);
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const newNote = () => `note-${randomBytes(5).toString('hex')}`;
const counting = (server: ToolServer, note: string) => ({ name: server.tool('count'), args: { note } });
const effects = (note: string) => effectsOf(stack.counterFile, note);
const answer = (id: string | undefined, verb: 'approve' | 'deny', body: object = {}, client = stack.api) =>
  client.request('POST', `/v1/mcp/approvals/${id}/${verb}`, body);
const approval = (id: string | undefined) => stack.api.call<ApprovalResource>('GET', `/v1/mcp/approvals/${id}`);
const approvals = async (query: string) =>
  (await stack.api.call<{ data: ApprovalResource[] }>('GET', `/v1/mcp/approvals?${query}`)).data;
const statusesOf = (run: EventWatch) =>
  run.events.flatMap(({ type }) => (type.startsWith('session.status_') ? [type.slice(15)] : []));
const previewsOf = (run: EventWatch) => run.ofType('agent.tool_result').map(({ preview }) => preview);

test('[approval:ask:idle-until-answered] [I5] a call under approval makes the session idle, shows what a person needs to decide, and is made once when it is allowed', async () => {
  const note = newNote();
  const { run, asked, confirm, script } = await askingRun(stack, agentId, [counting(asks, note)]);
  const [pending, ...others] = await asked();
  expect(others).toEqual([]);
  expect(pending).toMatchObject({
    toolName: 'asks_count',
    args: { note },
    kind: 'approval',
    rule: expect.stringMatching(/^pol_/),
    effect: 'write',
    turnIndex: 0,
    costUsd: expect.any(Number),
    ranBefore: [],
  });
  expect(Date.parse(pending?.expiresAt ?? '') - Date.now()).toBeGreaterThan(1_700_000);
  expect(run.ofType('agent.tool_use')).toMatchObject([{ permission: 'ask', toolUseId: pending?.toolUseId }]);
  expect(await stack.api.session(run.sessionId)).toMatchObject({ status: 'idle', idle_cause: 'requires_action' });
  const [listed] = await approvals(`session_id=${run.sessionId}&status=pending`);
  expect(listed).toMatchObject({ id: pending?.approvalId, tool_use_id: pending?.toolUseId, args: { note } });
  expect(effects(note)).toBe(0);

  expect((await confirm(pending?.toolUseId ?? '', { result: 'allow' })).status).toBe(202);
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  expect(statusesOf(run)).toEqual(['running', 'idle', 'running', 'ended']);
  expect(previewsOf(run)).toEqual(['counted']);
  expect(effects(note)).toBe(1);
  expect((await script.report()).seen).toBe(2);
  expect(await approval(pending?.approvalId)).toMatchObject({
    status: 'approved',
    call_state: 'succeeded',
    scope: 'call',
  });
});

test('[approval:bound:tool-and-policy-of-the-question] a call that is allowed after its agent was suspended is not made', async () => {
  const note = newNote();
  const suspended = await stack.newAgent();
  const { run, asked, confirm } = await askingRun(stack, suspended, [counting(asks, note)]);
  const [pending] = await asked();
  await stack.api.call('PATCH', `/v1/agent/profiles/lifecycle/${suspended}`, { state: 'suspended' });
  expect((await confirm(pending?.toolUseId ?? '', { result: 'allow' })).status).toBe(202);
  expect((await run.ended()).reason).toBe('terminated');
  expect(previewsOf(run)).toEqual([expect.stringContaining('was suspended or terminated')]);
  expect(effects(note)).toBe(0);
});

test('[approval:deny:reason-is-read] a call that is denied is not made, and the model reads the reason without its secrets', async () => {
  const note = newNote();
  const { run, asked, confirm, script } = await askingRun(stack, agentId, [counting(asks, note)]);
  const [pending] = await asked();
  const secret = `ghp_${'aB3dE5fG7'.repeat(4)}`;
  const deny_message = `Not on a Friday, and not with ${secret}.`;
  expect((await confirm(pending?.toolUseId ?? '', { result: 'deny', deny_message })).status).toBe(202);
  stack.secrets.add(secret);
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  expect(previewsOf(run)).toEqual([expect.stringContaining('Their reason: Not on a Friday')]);
  expect(run.ofType('br.guardrail_intervention')).toMatchObject([
    { reasonCode: 'tool.approval_denied', stage: 'tool_args', action: 'block' },
  ]);
  expect(JSON.stringify((await script.report()).requests[1]?.body)).toContain('Not on a Friday');
  expect(effects(note)).toBe(0);
});

test('[approval:several:turn-waits-for-all] calls that need no approval run meanwhile, each call is made when it is allowed, and the turn goes on when all have results', async () => {
  const [a, b, c] = [newNote(), newNote(), newNote()];
  const calls = [counting(asks, a), counting(free, b), { ...LIST }, counting(asks, c)];
  const { run, asked, script } = await askingRun(stack, agentId, calls);
  const both = await asked();
  expect(both.map(({ args }) => args.note)).toEqual([a, c]);
  expect(both[0]?.ranBefore.map(({ toolName }) => toolName)).toEqual([LIST.name, 'free_count']);
  expect([effects(a), effects(b), effects(c)]).toEqual([0, 1, 0]);

  expect((await answer(both[1]?.approvalId, 'approve')).status).toBe(200);
  const [left] = await asked(2);
  expect(left?.args.note).toBe(a);
  expect([effects(a), effects(c)]).toEqual([0, 1]);
  expect((await script.report()).seen).toBe(1);
  expect((await answer(left?.approvalId, 'deny')).status).toBe(200);
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  expect(statusesOf(run)).toEqual(['running', 'idle', 'running', 'idle', 'running', 'ended']);
  expect(effects(a)).toBe(0);
});

test('[approval:bundled:same-rules] a bundled tool under approval waits, too, and takes effect once', async () => {
  const policy = { tool_name: 'workspace_write', allowed: true };
  await stack.api.call('PUT', '/v1/mcp/governance/policy', { ...policy, requires_approval: true });
  const write = { name: 'workspace_write', args: { name: `${newNote()}.md`, content: 'A' } };
  const { run, asked, confirm } = await askingRun(stack, agentId, [write]);
  const [pending] = await asked();
  await confirm(pending?.toolUseId ?? '', { result: 'allow' });
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('agent.tool_result')).toMatchObject([{ isError: false }]);
  await stack.api.call('PUT', '/v1/mcp/governance/policy', { ...policy, requires_approval: false });
});

test.each<[string, { agent: number | null; run: object; shown: number | null }]>([
  ['the time to be idle', { agent: null, run: { idle_timeout_s: 0.3 }, shown: null }],
  ['the time of the run', { agent: null, run: { approval_timeout_s: 0.3 }, shown: 0.3 }],
  ['the time of its agent', { agent: 0.3, run: {}, shown: 0.3 }],
  ['the time of the run, and not that of its agent', { agent: 3_000, run: { approval_timeout_s: 0.3 }, shown: 0.3 }],
])(
  '[approval:expiry:denied-with-a-result] what nobody answers in %s is not made, the model is told, and the run goes on',
  async (_name, times) => {
    const note = newNote();
    await stack.api.call('PATCH', `/v1/agent/profiles/${agentId}`, { approvalTimeoutS: times.agent });
    const { run, asked, confirm } = await askingRun(stack, agentId, [counting(asks, note)], times.run);
    await stack.api.call('PATCH', `/v1/agent/profiles/${agentId}`, { approvalTimeoutS: null });
    expect(await stack.api.session(run.sessionId)).toMatchObject({ approval_timeout_s: times.shown });
    const [pending] = await asked();
    const { created_at: askedAt, expires_at: expiresAt } = await approval(pending?.approvalId);
    expect(Date.parse(expiresAt) - Date.parse(askedAt)).toBe(300);
    expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
    expect(previewsOf(run)).toEqual([expect.stringContaining('Nobody answered in time')]);
    expect(run.ofType('br.guardrail_intervention')).toMatchObject([{ reasonCode: 'tool.approval_expired' }]);
    expect(await approval(pending?.approvalId)).toMatchObject({ status: 'expired', call_state: 'denied' });
    expect((await confirm(pending?.toolUseId ?? '', { result: 'allow' })).status).toBe(409);
    expect(effects(note)).toBe(0);
  },
);

test('[approval:steering:message-waits-interrupt-ends] a message waits for the boundary, an interrupt ends the session, and a call that is approved after it is never made', async () => {
  const [a, b] = [newNote(), newNote()];
  const steered = await askingRun(stack, agentId, [counting(asks, a)]);
  const stopped = await askingRun(stack, agentId, [counting(asks, b)]);
  const [first] = await steered.asked();
  const [second] = await stopped.asked();
  await stack.api.steer(agentId, steered.run.sessionId, { type: 'user.message', text: 'Be quick.' });
  await stack.api.steer(agentId, stopped.run.sessionId, { type: 'user.interrupt' });
  const late = await stopped.confirm(second?.toolUseId ?? '', { result: 'allow' });
  expect([late.status, late.body]).toMatchObject([
    409,
    { error: { code: expect.stringMatching(/^session_(interrupted|ended)$/) } },
  ]);
  expect(await stopped.run.ended()).toMatchObject({ reason: 'interrupted', totalTurns: 1 });
  expect(previewsOf(stopped.run)).toEqual([expect.stringContaining('was not made')]);
  expect(await approval(second?.approvalId)).toMatchObject({ status: 'withdrawn', call_state: 'not_made' });
  expect(await answer(second?.approvalId, 'approve')).toMatchObject({
    status: 409,
    body: { error: { code: 'session_ended' } },
  });

  expect((await stack.api.session(steered.run.sessionId)).status).toBe('idle');
  await steered.confirm(first?.toolUseId ?? '', { result: 'allow' });
  expect((await steered.run.ended()).reason).toBe('completed');
  expect(JSON.stringify((await steered.script.report()).requests[1]?.body)).toContain('Be quick.');
  expect([effects(a), effects(b)]).toEqual([1, 0]);
});

test('[approval:answer:once-and-by-the-tenant] [I8] an answer counts once, whoever gives it and by whichever route, and only keys of the tenant that may run can give it', async () => {
  const note = newNote();
  const { run, asked, confirm } = await askingRun(stack, agentId, [counting(asks, note)]);
  const [pending] = await asked();
  const id = pending?.approvalId;
  const call = pending?.toolUseId ?? '';
  const stranger = await stack.newTenant();
  expect(await answer(id, 'approve', {}, stranger)).toMatchObject({
    status: 404,
    body: { error: { code: 'approval_not_found' } },
  });
  const foreign = { type: 'user.tool_confirmation', tool_use_id: call, result: 'allow' };
  expect((await stranger.request('POST', `/v1/sessions/${run.sessionId}/events`, foreign)).status).toBe(404);
  const refused: readonly [object, number, string][] = [
    [{ type: 'user.tool_confirmation', tool_use_id: 'call_none', result: 'allow' }, 404, 'no_such_tool_use'],
    [{ type: 'user.effect_resolution', tool_use_id: call, action: 'skip' }, 404, 'no_such_tool_use'],
    [{ ...foreign, deny_message: 'No.' }, 400, 'invalid_request'],
    [{ ...foreign, result: 'deny', scope: 'always' }, 400, 'invalid_request'],
    [{ ...foreign, scope: 'forever' }, 400, 'invalid_request'],
    [{ type: 'user.effect_resolution', tool_use_id: call, action: 'result' }, 400, 'invalid_request'],
    [{ type: 'user.effect_resolution', tool_use_id: call, action: 'skip', result: 'x' }, 400, 'invalid_request'],
  ];
  for (const [event, status, code] of refused) {
    const given = await stack.api.request('POST', `/v1/sessions/${run.sessionId}/events`, event);
    expect([event, given.status, given.body]).toMatchObject([event, status, { error: { code } }]);
  }
  const answers = await Promise.all([
    confirm(call, { result: 'allow' }),
    confirm(call, { result: 'deny' }),
    answer(id, 'approve'),
    answer(id, 'deny'),
  ]);
  expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
  for (const { status, body } of answers.filter((each) => each.status >= 300)) {
    expect([status, body]).toMatchObject([
      409,
      { error: { code: expect.stringMatching(/already_answered|session_ended/) } },
    ]);
  }
  expect((await run.ended()).reason).toBe('completed');
  expect(effects(note)).toBeLessThanOrEqual(1);
});

test('[approval:scope:session-and-always] an answer for the session lets like calls of it pass, and one for always writes a policy that releases other waiting calls', async () => {
  const notes = Array.from({ length: 5 }, newNote);
  const [a, b, c, d, e] = notes as [string, string, string, string, string];
  const script = await stack.script({
    turns: [
      [{ toolCalls: [counting(asks, a), counting(asks, b)] }],
      [{ toolCalls: [counting(asks, c)] }],
      [{ text: 'Done.' }],
    ],
    repeatLastAttempt: true,
  });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  const { pending } = await run.waitForType('session.status_idle');
  expect((await answer(pending?.[0]?.approvalId, 'approve', { scope: 'session' })).status).toBe(200);
  expect((await run.ended()).reason).toBe('completed');
  expect([a, b, c].map(effects)).toEqual([1, 1, 1]);
  expect(run.ofType('session.status_idle')).toHaveLength(1);
  expect(run.ofType('agent.tool_use').map(({ permission }) => permission)).toEqual(['ask', 'ask', 'allow']);

  const runner = await stack.api.call<{ key: string }>('POST', '/v1/api-keys', { name: 'runner', scopes: ['run'] });
  stack.secrets.add(runner.key);
  const one = await askingRun(stack, agentId, [counting(asks, d)]);
  const other = await askingRun(stack, agentId, [counting(asks, e)]);
  const [mine] = await one.asked();
  const [its] = await other.asked();
  const path = `${stack.baseUrl}/v1/mcp/approvals/${mine?.approvalId}/approve`;
  const headers = { authorization: `Bearer ${runner.key}`, 'content-type': 'application/json' };
  const weak = await fetch(path, { method: 'POST', headers, body: JSON.stringify({ scope: 'always' }) });
  expect(weak.status).toBe(403);
  expect((await answer(mine?.approvalId, 'approve', { scope: 'always' })).status).toBe(200);
  expect((await one.run.ended()).reason).toBe('completed');
  expect((await other.run.ended()).reason).toBe('completed');
  expect([d, e].map(effects)).toEqual([1, 1]);
  expect(await approval(its?.approvalId)).toMatchObject({
    status: 'approved',
    answered_by: expect.stringMatching(/^rule:/),
  });
  const { data: audited } = await stack.api.call<{ data: { action: string }[] }>('GET', '/v1/mcp/audit?limit=50');
  expect(audited.map(({ action }) => action)).toEqual(expect.arrayContaining(['tool_policy.put', 'approval.approved']));
  await stack.api.call('PUT', '/v1/mcp/governance/policy', {
    tool_name: 'asks_count',
    allowed: true,
    requires_approval: true,
  });
});

test('[approval:bound:tool-and-policy-of-the-question] [I5] an approved call is not made when its tool is another by then, or policy forbids it', async () => {
  const [a, b] = [newNote(), newNote()];
  const drifts = await stack.toolServer('drifts', { effect: 'write', idempotent: false });
  await requireApproval(stack, drifts);
  const changed = await askingRun(stack, agentId, [counting(drifts, a)]);
  const [first] = await changed.asked();
  writeFileSync(`${stack.counterFile}.redefined`, '');
  await stack.api.call('POST', `/v1/mcp/servers/${drifts.id}/discover`);
  await changed.confirm(first?.toolUseId ?? '', { result: 'allow' });
  expect((await changed.run.ended()).reason).toBe('completed');
  expect(changed.run.ofType('br.guardrail_intervention')).toMatchObject([
    { reasonCode: expect.stringMatching(/^tool\.(quarantined|definition_changed)$/) },
  ]);
  rmSync(`${stack.counterFile}.redefined`);

  const forbidden = await askingRun(stack, agentId, [counting(asks, b)]);
  const [second] = await forbidden.asked();
  const policy = { tool_name: 'asks_count', allowed: false };
  await stack.processes.kill('worker', 'SIGSTOP');
  const allowed = await forbidden.confirm(second?.toolUseId ?? '', { result: 'allow' });
  await stack.api.call('PUT', '/v1/mcp/governance/policy', policy);
  await stack.processes.kill('worker', 'SIGCONT');
  expect(allowed.status).toBe(202);
  expect((await forbidden.run.ended()).reason).toBe('completed');
  expect(forbidden.run.ofType('br.guardrail_intervention')).toMatchObject([{ reasonCode: 'tool.not_allowed' }]);
  expect([a, b].map(effects)).toEqual([0, 0]);
  await stack.api.call('PUT', '/v1/mcp/governance/policy', { ...policy, allowed: true, requires_approval: true });
});

test('[approval:list:found-by-who-may-answer] approvals are listed newest first, in pages, by status, kind, session and agent', async () => {
  const other = await stack.newAgent();
  const runs: AskingRun[] = [];
  for (let n = 0; n < 3; n++) {
    const one = await askingRun(stack, other, [counting(asks, newNote())]);
    await one.asked();
    runs.push(one);
  }
  const ids = runs.map((one) => one.pending()[0]?.approvalId).reverse();
  const listed: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = `agent_id=${other}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const page: { data: ApprovalResource[]; next_cursor: string | null } = await stack.api.call(
      'GET',
      `/v1/mcp/approvals?${query}`,
    );
    listed.push(...page.data.map(({ id }) => id));
    cursor = page.next_cursor;
  }
  expect(listed).toEqual(ids);
  expect(await approvals(`session_id=${runs[0]?.run.sessionId}&kind=effect_unknown`)).toEqual([]);
  await answer(ids[2], 'deny');
  await runs[0]?.run.ended();
  expect((await approvals(`agent_id=${other}&status=pending`)).map(({ id }) => id)).toEqual(ids.slice(0, 2));
  for (const id of ids.slice(0, 2)) await answer(id, 'deny');
  await until('all to end', () => runs.every(({ run }) => run.events.at(-1)?.type === 'session.status_ended'));
});
