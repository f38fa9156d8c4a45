import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../support/invariants.ts';
import { LIST } from '../../support/script-parts.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const READ = { name: 'workspace_read', args: { name: 'notes.md' } };
const NOTES = 'The bees of hive 7 gave 12 kg of honey in June, which is more than in May.\n'.repeat(800);

test.each<{ when: string; leftUsd: number; turns: number; marked: boolean[] }>([
  // The third request needs some 0.086 USD where it is written into the cache, and 0.070 USD where it is not.
  { when: 'the money pays for writing into it', leftUsd: 0.1, turns: 3, marked: [true, true, true] },
  { when: 'it pays for the request alone', leftUsd: 0.078, turns: 3, marked: [true, true, false] },
  { when: 'it pays for neither', leftUsd: 0.06, turns: 2, marked: [true, true] },
])(
  '[I4] [money:reservation:tight] a request is marked for the prompt cache, or is not, as $when',
  async ({ leftUsd, turns, marked }) => {
    const agentId = await stack.newAgent();
    await stack.api.call('PUT', `/v1/agents/${agentId}/context/workspace/notes.md`, { content: NOTES });
    const name = `caches-${randomBytes(4).toString('hex')}`;
    await stack.scripts.put(name, {
      turns: [
        [{ toolCalls: [READ], usage: { inputTokens: 3_000, cacheReadTokens: 0, outputTokens: 10 } }],
        [{ toolCalls: [LIST], usage: { inputTokens: 20_000, cacheReadTokens: 0, outputTokens: 10 } }],
        [{ text: 'Done.' }],
      ],
    });
    const base_url = `${stack.addresses.simulatedUrl}/scripts/${name}`;
    await stack.api.call('POST', '/v1/providers', { provider: 'simulated', name, base_url });
    // 3 USD for a million tokens of input, 15 for as many of output.
    const spentUsd = (3 * 23_000 + 15 * 20) / 1e6;
    const run = await stack.api.run(agentId, {
      message: 'Go.',
      models: [`${name}/sim-sage`],
      budget_cap_usd: Number((spentUsd + leftUsd).toFixed(6)),
    });
    const ended = await run.ended();
    expect(ended).toMatchObject({ reason: turns === 3 ? 'completed' : 'budget_exhausted', totalTurns: turns });
    const { requests } = await stack.scripts.report(name);
    expect(requests.map(({ body }) => JSON.stringify(body).includes('cache_control'))).toEqual(marked);
  },
);
