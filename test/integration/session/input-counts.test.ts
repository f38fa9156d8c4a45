import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { turnDecisionSchema } from '../../../contract/runs.ts';
import { findSimulatedModel } from '../../../models/kinds/simulated.ts';
import type { ScriptInput } from '../../../simulated/scripts/script-schema.ts';
import type { EventWatch } from '../../support/event-watch.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const READ = { name: 'workspace_read', args: { name: 'notes.md' } };
/** Some 60,000 bytes, which the simulated provider counts as 15,000 tokens. */
const NOTES = 'The bees of hive 7 gave 12 kg of honey in June, which is more than in May.\n'.repeat(800);

describe.each(['sim-scout', 'sim-sage', 'sim-swift'])('%s', (model) => {
  const usdPerMtok = findSimulatedModel(model)?.prices.input_usd_per_mtok ?? 0;
  /** Pays for so many tokens of input. */
  const usdFor = (tokens: number) => Number(((tokens * usdPerMtok) / 1e6).toFixed(9));

  test('[I4] [money:input:counted-when-money-is-short] a run whose bytes do not fit its cap goes on with the count of its provider', async () => {
    const { run, script, decision } = await ran(model, { capUsd: usdFor(45_000) });
    expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
    expect((await script.report()).counts).toBe(1);
    expect(await decision(1)).toMatchObject({ by: 'counted' });
    const { totalCostUsd } = await run.ended();
    expect(totalCostUsd).toBeLessThanOrEqual(usdFor(45_000));
  });

  test.each<{ it: string; inputCount: ScriptInput['inputCount'] }>([
    { it: 'is down', inputCount: { status: 503 } },
    { it: 'is not there', inputCount: { status: 404 } },
    { it: 'talks nonsense', inputCount: { body: 'yes' } },
    { it: 'says less than half of what we count', inputCount: { tokens: 7_000 } },
    { it: 'says too much', inputCount: { tokens: 80_000 } },
  ])(
    '[I4] [I6] [money:input:counted-when-money-is-short] a run ends by the bound of its bytes where the endpoint $it',
    async ({ inputCount }) => {
      const { run, script, decision } = await ran(model, { capUsd: usdFor(45_000), inputCount });
      expect(await run.ended()).toMatchObject({ reason: 'budget_exhausted', totalTurns: 1 });
      expect(run.ofType('br.budget_warning').length).toBeGreaterThan(0);
      expect((await script.report()).counts).toBe(1);
      expect(await decision(1)).toMatchObject({ by: 'reported' });
    },
  );

  test('[I4] [money:input:counted-when-money-is-short] a charge of more than what was counted is recorded as reported, and ends the run', async () => {
    const usage = { inputTokens: 60_000, outputTokens: 10 };
    const { run, decision } = await ran(model, { capUsd: usdFor(45_000), usage });
    const ended = await run.ended();
    expect(ended).toMatchObject({ reason: 'budget_exhausted', totalTurns: 2 });
    expect(ended.totalCostUsd).toBeGreaterThan(usdFor(45_000));
    expect(await decision(1)).toMatchObject({ by: 'counted' });
  });

  test('[money:input:counted-when-money-is-short] the first turn of a run is counted, too, instead of refused', async () => {
    const { run, script, decision } = await ran(model, { capUsd: usdFor(45_000), message: NOTES });
    expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 1 });
    expect((await script.report()).counts).toBe(1);
    expect(await decision(0)).toMatchObject({ by: 'counted' });
  });

  test('[money:input:counted-when-money-is-short] nothing is counted while there is money', async () => {
    const { run, script } = await ran(model, { capUsd: usdFor(400_000) });
    expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
    expect((await script.report()).counts).toBe(0);
  });
});

/** Runs a session that reads 60,000 bytes in its first turn, or is given them as its message, and then answers. */
async function ran(
  model: string,
  given: {
    readonly capUsd: number;
    readonly inputCount?: ScriptInput['inputCount'];
    readonly usage?: { readonly inputTokens: number; readonly outputTokens: number };
    readonly message?: string;
  },
): Promise<{
  run: EventWatch;
  script: { report(): ReturnType<SharedStack['scripts']['report']> };
  decision(turn: number): Promise<unknown>;
}> {
  const { capUsd, inputCount, usage, message = 'Read the notes.' } = given;
  const agentId = await stack.newAgent();
  await stack.api.call('PUT', `/v1/agents/${agentId}/context/workspace/notes.md`, { content: NOTES });
  const name = `counts-${randomBytes(4).toString('hex')}`;
  const answer = { text: 'Done.', usage };
  const turns = message === NOTES ? [[answer]] : [[{ toolCalls: [READ] }], [answer]];
  await stack.scripts.put(name, { turns, inputCount });
  const base_url = `${stack.addresses.simulatedUrl}/scripts/${name}`;
  await stack.api.call('POST', '/v1/providers', { provider: 'simulated', name, base_url });
  const run = await stack.api.run(agentId, { message, models: [`${name}/${model}`], budget_cap_usd: capUsd });
  return {
    run,
    script: { report: () => stack.scripts.report(name) },
    async decision(turn) {
      const { body } = await stack.api.request('GET', `/v1/sessions/${run.sessionId}/turns/${turn}/decision`);
      const { selections, unserved } = turnDecisionSchema.parse(body);
      return (selections[0]?.candidates ?? unserved)?.[0]?.input_bound;
    },
  };
}
