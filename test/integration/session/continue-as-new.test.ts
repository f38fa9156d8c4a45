import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WAKE_SIGNAL } from '../../../temporal/session-workflow.ts';
import { type EagerTemporal, startEagerTemporal } from '../../support/eager-temporal.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { readHistory, signalsIn } from '../../support/temporal-history.ts';
import { until } from '../../support/until.ts';

let temporal: EagerTemporal | undefined;
let stack: TestStack;

beforeAll(async () => {
  temporal = await startEagerTemporal(40);
  stack = await startTestStack({ temporalAddress: temporal.address });
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await stack?.stop();
  await temporal?.stop();
});

const TURNS = 30;

test('[session:continue-as-new:loses-nothing] [I1] [I2] a long session continues as new at turn boundaries and loses no message that comes meanwhile', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ generate: { turns: TURNS, toolName: 'workspace_list', latencyMs: 20 } });
  const run = await stack.api.run(agentId, { message: 'Begin.', models: script.models, max_turns: TURNS * 2 });
  const texts: string[] = [];
  for (let turn = 2; turn < TURNS; turn += 3) {
    await run.waitFor((event) => event.type === 'agent.tool_result' && Number(event.data.turnIndex) >= turn);
    const text = `Message at turn ${turn}.`;
    await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text });
    texts.push(text);
  }
  expect((await run.ended(60_000)).reason).toBe('completed');
  const { data } = await stack.api.call<{ data: { role: string; text?: string }[] }>(
    'GET',
    `/v1/sessions/${run.sessionId}/transcript`,
  );
  const read = data.filter((message) => message.role === 'user').map((message) => message.text);
  expect(read).toEqual(['Begin.', ...texts]);

  const { events } = await readHistory(stack.temporal, run.sessionId);
  expect(events).toBeLessThan(120);
  const { raw } = await stack.temporal.workflow.getHandle(run.sessionId).describe();
  const { firstRunId, execution } = raw.workflowExecutionInfo ?? {};
  expect(execution?.runId).not.toBe(firstRunId);
});

test('[session:idle:wakes-or-times-out] [session:continue-as-new:loses-nothing] an idle session still wakes after it has continued as new', async () => {
  const agentId = await stack.newAgent();
  const turns = Array.from({ length: 12 }, (_, n) => [{ text: `Answer ${n}.` }]);
  const script = await stack.script({ turns });
  const run = await stack.api.run(agentId, {
    message: 'Question 0.',
    models: script.models,
    max_turns: 50,
    on_complete: 'idle',
    idle_timeout_s: 60,
  });
  for (let n = 1; n < turns.length; n++) {
    await run.waitFor((event) => event.type === 'agent.message' && event.data.text === `Answer ${n - 1}.`);
    await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: `Question ${n}.` });
  }
  await run.waitFor((event) => event.type === 'agent.message' && event.data.text === 'Answer 11.');
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect(await run.ended()).toMatchObject({ reason: 'interrupted', totalTurns: 12 });
});

test('[budget:ask:idle-until-there-is-money] [session:continue-as-new:loses-nothing] a session that is idle for money serves the same turn after it has continued as new', async () => {
  const agentId = await stack.newAgent();
  const call = { toolCalls: [{ name: 'workspace_list', args: {} }], usage: { outputTokens: 1_000 } };
  const script = await stack.script(
    { turns: [[call], [{ text: 'Done.' }]] },
    { models: [{ id: 'dear', inputUsdPerMtok: 0, outputUsdPerMtok: 400 }] },
  );
  const body = { message: 'Go.', models: script.models, on_budget: 'ask', budget_cap_usd: 0.5, idle_timeout_s: 600 };
  const run = await stack.api.run(agentId, body);
  await run.waitForType('session.status_idle');
  const workflow = stack.temporal.workflow.getHandle(run.sessionId);
  const firstRunId = (await workflow.describe()).runId;
  while ((await workflow.describe()).runId === firstRunId) await workflow.signal(WAKE_SIGNAL);
  expect(run.ofType('session.status_idle')).toHaveLength(1);
  await stack.api.call('PATCH', `/v1/sessions/${run.sessionId}`, { budget_cap_usd: 5 });
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
});

test('[steering:flood:thousand-messages-in-order] [session:continue-as-new:loses-nothing] [I1] a thousand messages are each read once, in order and in few turns, while the session continues as new', async () => {
  const agentId = await stack.newAgent();
  const list = { name: 'workspace_list', args: {} };
  const script = await stack.script({
    turns: [[{ toolCalls: [list], holdUntil: 'go' }], [{ toolCalls: [list] }]],
    repeat: true,
    repeatLastAttempt: true,
  });
  const run = await stack.api.run(agentId, { message: 'Begin.', models: script.models, max_turns: 1_000 });
  await script.waitForRequests(1);
  const first = await postMany(agentId, run.sessionId, 0);
  // One signal wakes the session, and some are sent until it is read: a few of 500, even on a slow machine.
  expect(await signalsIn(stack.temporal, run.sessionId)).toBeLessThan(50);
  await script.release('go');
  const texts = [...first, ...(await postMany(agentId, run.sessionId, 500))];
  const reads = await until('all to be read', async () => {
    const rows = await stack.db.serviceTransaction((tx) =>
      tx.query<{ turn: number | null }>(
        'reads-of-messages',
        'SELECT consumed_turn AS turn FROM session_inbox WHERE session_id = $1 ORDER BY seq',
        [run.sessionId],
      ),
    );
    return rows.every((row) => row.turn !== null) && rows.map((row) => row.turn);
  });
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect((await run.ended()).undelivered).toBeUndefined();
  // At most 200 are read at a boundary.
  expect(reads.slice(1, 501)).toEqual(Array.from({ length: 500 }, (_, n) => 1 + Math.floor(n / 200)));
  expect(await messagesRead(run.sessionId)).toEqual(['Begin.', ...texts]);
  const { raw } = await stack.temporal.workflow.getHandle(run.sessionId).describe();
  const { firstRunId, execution } = raw.workflowExecutionInfo ?? {};
  expect(execution?.runId).not.toBe(firstRunId);
  expect((await readHistory(stack.temporal, run.sessionId)).events).toBeLessThan(120);
});

test('[steering:signal:stray-one-changes-nothing] [steering:idle:timer-and-totals-persist] an idle session that is signalled hundreds of times without a message keeps its time-out and a small history', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'One.' }], [{ text: 'Two.' }]] });
  const body = { message: 'Go.', models: script.models, on_complete: 'idle', idle_timeout_s: 600 };
  const run = await stack.api.run(agentId, body);
  await run.waitForType('session.status_idle');
  const workflow = stack.temporal.workflow.getHandle(run.sessionId);
  for (let n = 0; n < 20; n++) await Promise.all(Array.from({ length: 10 }, () => workflow.signal(WAKE_SIGNAL)));
  // A signal that comes while the session continues as new makes it try again, so the history shrinks after the last.
  const isSmall = async () => (await readHistory(stack.temporal, run.sessionId)).events < 60;
  await until('the history to be small', isSmall);
  expect(run.events.at(-1)?.type).toBe('session.status_idle');
  await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'Awake?' });
  await until('the second answer', () => run.ofType('session.status_idle').length === 2);
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect(await run.ended()).toMatchObject({ reason: 'interrupted', totalTurns: 2 });
});

/** Posts 500 messages, twenty at a time. @returns their texts in the order of the inbox */
async function postMany(agentId: string, sessionId: string, from: number): Promise<string[]> {
  const posted: { text: string; inboxSeq: number }[] = [];
  let next = from;
  const lane = async () => {
    while (next < from + 500) {
      const text = `Message ${next++}.`;
      const { inboxSeq } = await stack.api.steer(agentId, sessionId, { type: 'user.message', text });
      posted.push({ text, inboxSeq });
    }
  };
  await Promise.all(Array.from({ length: 20 }, lane));
  return posted.sort((a, b) => a.inboxSeq - b.inboxSeq).map(({ text }) => text);
}

async function messagesRead(sessionId: string): Promise<string[]> {
  const read: string[] = [];
  for (let cursor = ''; ; ) {
    const page = await stack.api.call<{ data: { role: string; text?: string }[]; next_cursor: string | null }>(
      'GET',
      `/v1/sessions/${sessionId}/transcript?limit=100${cursor}`,
    );
    read.push(...page.data.flatMap((entry) => (entry.role === 'user' ? [entry.text ?? ''] : [])));
    if (page.next_cursor === null) return read;
    cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
}
