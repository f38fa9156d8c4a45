import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../support/invariants.ts';
import { DEAR } from '../../support/script-parts.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

/** 0.5 USD of the dear model pay for 1,250 tokens, and an answer may have 4,096. */
const CUT = { text: 'Kites need wind, a', finish: 'length', usage: { outputTokens: 1_250 } } as const;
const REST = { text: ' string and a field.', usage: { outputTokens: 100 } };
const BEYOND = { account: 'run', spentUsd: 0.5, capUsd: 0.5, neededUsd: 1.6384 };

async function started(body: object, answers: readonly object[] = [CUT, REST]) {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: answers.map((answer) => [answer]) }, { models: DEAR });
  const settings = { message: 'What do kites need?', models: script.models, budget_cap_usd: 0.5, ...body };
  const run = await stack.api.run(agentId, settings);
  const raise = () => stack.api.call('PATCH', `/v1/sessions/${run.sessionId}`, { budget_cap_usd: 5 });
  return { agentId, script, run, raise };
}

test('[budget:cut:is-not-complete] an answer that money cut short ends the run as budget_exhausted, and the log says that it was money', async () => {
  const { run } = await started({});
  expect(await run.ended()).toMatchObject({
    reason: 'budget_exhausted',
    totalTurns: 1,
    stoppedBy: 'length',
    budget: BEYOND,
  });
  expect(run.ofType('agent.message')).toMatchObject([{ stoppedBy: 'length', cutForBudget: true }]);
  expect(await stack.api.session(run.sessionId)).toMatchObject({ end_reason: 'budget_exhausted', budget: BEYOND });
});

test.each([
  { of: "the model's own maximum", body: { budget_cap_usd: 50 } },
  { of: 'max_output_tokens of the run', body: { max_output_tokens: 1_000 } },
])('[budget:cut:is-not-complete] an answer that is cut at $of completes the run', async ({ body }) => {
  const { run } = await started(body, [{ ...CUT, usage: { outputTokens: 1_000 } }]);
  expect(await run.ended()).toMatchObject({ reason: 'completed', stoppedBy: 'length' });
  const [message] = run.ofType('agent.message');
  expect(message?.cutForBudget).toBeUndefined();
});

test.each(['end', 'idle'] as const)(
  '[budget:cut:goes-on-under-ask] with on_complete "%s" a run that asks goes idle behind such an answer, and continues it when there is money',
  async (on_complete) => {
    const { run, script, raise, agentId } = await started({ on_budget: 'ask', on_complete });
    await run.waitForType('session.status_idle');
    expect(run.ofType('session.status_idle')).toMatchObject([
      { cause: 'budget', budget: { ...BEYOND, neededUsd: 0.1024 } },
    ]);
    await raise();
    if (on_complete === 'idle') {
      await run.waitFor(({ type, data }) => type === 'session.status_idle' && data.cause === 'awaiting_input');
      await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
    }
    expect(await run.ended()).toMatchObject({
      reason: on_complete === 'end' ? 'completed' : 'interrupted',
      totalTurns: 2,
    });
    expect(run.ofType('agent.message').map(({ text, cutForBudget }) => [text, cutForBudget])).toEqual([
      [CUT.text, true],
      [REST.text, undefined],
    ]);
    const { requests } = await script.report();
    const sent = requests.map(({ body }) => JSON.stringify(body));
    expect(sent.map((text) => [text.includes(CUT.text), text.includes('Continue it exactly')])).toEqual([
      [false, false],
      [true, true],
    ]);
    const { data } = await stack.api.call<{ data: { role: string }[] }>(
      'GET',
      `/v1/sessions/${run.sessionId}/transcript`,
    );
    expect(data.map(({ role }) => role)).toEqual(['user', 'assistant', 'assistant']);
  },
);

test('[budget:cut:goes-on-under-ask] a message that came meanwhile is answered in place of a continuation', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ ...CUT, holdUntil: 'go' }], [REST]] }, { models: DEAR });
  const body = { message: 'Go.', models: script.models, budget_cap_usd: 0.5, on_budget: 'ask' };
  const run = await stack.api.run(agentId, body);
  await script.waitForRequests(1);
  await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'Only the string, please.' });
  await script.release('go');
  await run.waitForType('session.status_idle');
  await stack.api.call('PATCH', `/v1/sessions/${run.sessionId}`, { budget_cap_usd: 5 });
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  const { requests } = await script.report();
  const last = JSON.stringify(requests.at(-1)?.body);
  expect([last.includes('Only the string'), last.includes('Continue it exactly')]).toEqual([true, false]);
});

test('[budget:cut:is-not-complete] a session that waits for messages stays idle behind such an answer, and its log says that it was money', async () => {
  const { run, agentId } = await started({ on_complete: 'idle' });
  expect(await run.waitForType('session.status_idle')).toMatchObject({ cause: 'awaiting_input' });
  expect(run.ofType('agent.message')).toMatchObject([{ cutForBudget: true }]);
  await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'And then?' });
  expect(await run.ended()).toMatchObject({ reason: 'budget_exhausted', totalTurns: 1 });
});

test('[budget:cut:is-not-complete] on its last turn a run whose answer money cut short ends as budget_exhausted, also one that asks', async () => {
  const { run } = await started({ on_budget: 'ask', max_turns: 1 });
  expect(await run.ended()).toMatchObject({ reason: 'budget_exhausted', stoppedBy: 'length', budget: BEYOND });
});

test('[budget:cut:goes-on-under-ask] a model that thought until the money was spent, and said nothing, is asked again when it can answer at twice the length', async () => {
  const thought = {
    reasoning: 'Kites. '.repeat(100),
    finish: 'length',
    usage: { outputTokens: 1_250, reasoningTokens: 1_250 },
  } as const;
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[thought, REST]] }, { models: DEAR });
  const body = { message: 'Go.', models: script.models, budget_cap_usd: 0.5, on_budget: 'ask' };
  const run = await stack.api.run(agentId, body);
  await run.waitForType('session.status_idle');
  expect(run.ofType('session.status_idle')).toMatchObject([{ cause: 'budget', budget: { ...BEYOND, neededUsd: 1 } }]);
  await stack.api.call('PATCH', `/v1/sessions/${run.sessionId}`, { budget_cap_usd: 1.5 });
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 1 });
});
