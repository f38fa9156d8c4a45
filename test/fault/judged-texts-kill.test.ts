import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../activities/stage-deps.ts';
import { checkInvariants } from '../support/invariants.ts';
import { type JudgingProvider, judgedEverywhere, startJudgingProvider } from '../support/judging-provider.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let judge: JudgingProvider;

beforeAll(async () => {
  stack = await startTestStack({ restartWorkerAtOnce: true });
  judge = await startJudgingProvider();
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  judge.close();
  await stack.stop();
});

test.each<FaultPoint>(['input_judged.after', 'input_verdicts_kept.after', 'tool_answered.after'])(
  '[I5] [I6] [guardrail:provider:asked-before-it-is-stored] a worker killed at %s shows no text that a provider withholds, and a bundled tool writes once',
  async (point) => {
    const client = await stack.newTenant();
    await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'judged' });
    await client.call('POST', '/v1/guardrails/providers', { name: 'judge', url: judge.url });
    await client.call('PUT', '/v1/guardrails/config', judgedEverywhere);
    const note = { name: 'memory_append', args: { fact: `The hive of ${point} is blue.` } };
    const script = await stack.script(
      { turns: [[{ toolCalls: [note] }], [{ text: 'Noted.' }]], repeatLastAttempt: true },
      { client },
    );
    stack.killWorkerAt(point);
    const run = await client.run('judged', { message: 'A soft one.', models: script.models });
    expect(await run.ended(45_000)).toMatchObject({ reason: 'completed' });
    expect(stack.faultHappened()).toBe(true);
    await stack.workerReady();
    expect(run.ofType('agent.tool_result')).toMatchObject([
      { isError: false, preview: expect.stringContaining('Noted in memory') },
    ]);
    const facts = await client.call<{ data: unknown[] }>('GET', '/v1/memory/entries?agent_id=judged');
    expect(facts.data).toHaveLength(1);
    const { requests } = await script.report();
    expect(JSON.stringify(requests)).toContain('kind words');
    expect(JSON.stringify(requests)).not.toContain('soft one');
  },
  90_000,
);
