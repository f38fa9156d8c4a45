import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../domain/random.ts';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.stop());

const SEED = process.env.CHAOS_SEED ?? '1';
const SESSIONS = 12;
const KILLS = 4;
const VICTIMS = ['worker', 'postgres', 'temporal', 'api', 'worker'] as const;

test('[recovery:worker-killed:no-trace-in-sessions] [recovery:process-killed:sessions-go-on] [I1] [I2] [I3] [I4] [I5] [I6] [I9] [I10] many sessions complete although processes are killed at random', async () => {
  console.log(`CHAOS_SEED=${SEED}`);
  const random = seededRandom(SEED);
  const agentId = await stack.newAgent({ budget_daily_usd: 1_000 });
  const plain = await stack.toolServer('plain', { effect: 'write', idempotent: false });
  // Nobody is there to say what became of a call that was lost.
  await stack.api.call('PUT', '/v1/mcp/governance', { unknown_effects: 'tell' });
  const reads = await stack.toolServer('reads', { effect: 'read', idempotent: false });
  const runs = await Promise.all(
    Array.from({ length: SESSIONS }, async (_, index) => {
      const turns = Array.from({ length: 8 }, (_unused, turn) => [
        {
          delayBeforeMs: 200 * random.uniform(),
          toolCalls: [
            { name: 'memory_append', args: { fact: `Session ${index} was at turn ${turn}.` } },
            { name: plain.tool('count'), args: { note: `chaos-${index}-${turn}`, ms: 50 } },
            { name: reads.tool('slow'), args: { ms: 20 } },
          ],
        },
      ]);
      const script = await stack.script({ turns: [...turns, [{ text: 'Done.' }]], repeatLastAttempt: true });
      return stack.api.run(agentId, {
        message: `Task ${index}.`,
        models: script.models,
        max_turns: 20,
        budget_cap_usd: 5,
      });
    }),
  );
  for (let kill = 0; kill < KILLS; kill++) {
    await pause(800 + 1_200 * random.uniform());
    const name = VICTIMS[Math.floor(random.uniform() * VICTIMS.length)] ?? 'worker';
    console.log(`kill ${name}`);
    await stack.processes.kill(name);
    const run = runs[Math.floor(random.uniform() * runs.length)];
    // The message may be refused. The check of the invariants looks for those that were accepted.
    if (run !== undefined) {
      const event = { type: 'user.message', text: `After kill ${kill}.` };
      await stack.api.steer(agentId, run.sessionId, event).catch(() => undefined);
    }
    await until(`${name} to serve again`, () => stack.processes.ready(name).then(() => true));
  }
  const ends = await Promise.all(runs.map((run) => run.ended(80_000)));
  expect(ends.map((end) => end.reason)).toEqual(ends.map(() => 'completed'));
  await checkInvariants(stack);
}, 150_000);
