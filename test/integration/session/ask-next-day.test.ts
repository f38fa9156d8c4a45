import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../support/invariants.ts';
import { createMovableClock } from '../../support/movable-clock.ts';
import { DEAR, LIST } from '../../support/script-parts.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';

const clock = createMovableClock();
let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ env: clock.env });
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await stack.stop();
  clock.remove();
});

test("[budget:ask:idle-until-there-is-money] [I4] a run that the agent's day holds back goes on when the next day begins, at the expense of that day", async () => {
  const agentId = await stack.newAgent({ budget_daily_usd: 0.5, on_budget: 'ask' });
  const script = await stack.script(
    {
      turns: [
        [{ toolCalls: [LIST], usage: { outputTokens: 1_000 }, holdUntil: 'go' }],
        [{ text: 'Done.', usage: { outputTokens: 500 } }],
      ],
    },
    { models: DEAR },
  );
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(1);
  clock.endDayIn(4_000);
  await script.release('go');
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2, totalCostUsd: 0.6 });
  const statuses = run.events
    .filter(({ type }) => type.startsWith('session.status_'))
    .map(({ type }) => type.slice(15));
  expect(statuses).toEqual(['running', 'idle', 'running', 'ended']);
  expect(run.ofType('session.status_idle')).toMatchObject([
    { cause: 'budget', budget: { account: 'agent_day', spentUsd: 0.4, capUsd: 0.5 } },
  ]);
  const status = await stack.api.call('GET', '/v1/budget/status');
  expect(status).toMatchObject({ agents: [{ agent_id: agentId, spent_today_usd: 0.2 }] });
});
