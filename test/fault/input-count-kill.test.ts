import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../activities/stage-deps.ts';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

/** Some 60,000 bytes. As 15,000 tokens they cost 0.009 USD of sim-scout, as bytes 0.036. */
const MESSAGE = 'The bees of hive 7 gave 12 kg of honey in June, which is more than in May.\n'.repeat(800);
const CAP_USD = 0.027;

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ restartWorkerAtOnce: true });
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

// The selection that asks for the count reaches `reservation.after`, the one that uses it reaches it again.
test.each<{ point: FaultPoint; nth: number; counts: number }>([
  { point: 'reservation.after', nth: 1, counts: 1 },
  { point: 'input_counted.after', nth: 1, counts: 2 },
  { point: 'count_stored.after', nth: 1, counts: 1 },
  { point: 'reservation.after', nth: 2, counts: 1 },
])(
  '[money:input:counted-when-money-is-short] [I4] [I6] a worker killed at $point ($nth) ends no session, and what is stored is not asked for again',
  async ({ point, nth, counts }) => {
    const agentId = await stack.newAgent();
    const name = `counts-${randomBytes(4).toString('hex')}`;
    await stack.scripts.put(name, { turns: [[{ text: 'Done.' }]] });
    const base_url = `${stack.addresses.simulatedUrl}/scripts/${name}`;
    await stack.api.call('POST', '/v1/providers', { provider: 'simulated', name, base_url });
    stack.killWorkerAt(point, nth);
    const models = [`${name}/sim-scout`];
    const run = await stack.api.run(agentId, { message: MESSAGE, models, budget_cap_usd: CAP_USD });
    expect(await run.ended(60_000)).toMatchObject({ reason: 'completed', totalTurns: 1 });
    expect(stack.faultHappened()).toBe(true);
    expect(await stack.scripts.report(name)).toMatchObject({ counts, seen: 1 });
    await stack.workerReady();
  },
  90_000,
);
