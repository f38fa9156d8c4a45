import { requireApproval } from './asking-run.ts';
import { untilTimerStarted } from './held-sessions.ts';
import { DEAR, LIST } from './script-parts.ts';
import type { TestStack } from './stack.ts';

/** A run whose first answer makes a call that runs, and two that wait for approval. */
export async function waitingForApproval(on: TestStack, agentId: string, settings: object = {}) {
  const asks = await on.toolServer(`asks-${agentId}`, { effect: 'write', idempotent: false });
  await requireApproval(on, asks);
  const calls = ['a', 'b'].map((note) => ({ name: asks.tool('count'), args: { note } }));
  const script = await on.script({ turns: [[{ toolCalls: [...calls, LIST] }], [{ text: 'Done.' }]] });
  const run = await on.api.run(agentId, { message: 'Go.', models: script.models, ...settings });
  const { pending = [] } = await run.waitForType('session.status_idle');
  return { run, pending };
}

/** A run that is idle for money, after a turn with a tool call. */
export async function idleForMoney(on: TestStack, agentId: string, settings: object = {}) {
  const script = await on.script(
    { turns: [[{ toolCalls: [LIST], usage: { outputTokens: 1_000 } }], [{ text: 'Done.' }]] },
    { models: DEAR },
  );
  const body = { message: 'Go.', models: script.models, on_budget: 'ask', budget_cap_usd: 0.5, ...settings };
  const run = await on.api.run(agentId, body);
  await run.waitForType('session.status_idle');
  return { run };
}

/** A run that waits for money, because another run of its agent holds most of the daily cap. */
export async function waitingForMoney(on: TestStack) {
  const agentId = await on.newAgent({ budget_daily_usd: 1.7 });
  const holding = await on.script({ turns: [[{ text: 'a', holdUntil: 'go' }]] }, { models: DEAR });
  const waiting = await on.script({ turns: [[{ text: 'b' }]] }, { models: DEAR });
  await on.api.run(agentId, { message: 'Hold.', models: holding.models });
  await holding.waitForRequests(1);
  const run = await on.api.run(agentId, { message: 'Wait.', models: waiting.models });
  await untilTimerStarted(on, run.sessionId);
  return { agentId, run, holding };
}
