import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ModelProtocol } from '../../../models/model-call.ts';
import type { ScriptInput } from '../../../simulated/scripts/script-schema.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';

let stack: SharedStack;
let agentId: string;

beforeAll(async () => {
  stack = await shareStack();
  agentId = await stack.newAgent();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const TURNS = 6;

type Attempt = Extract<ScriptInput, { turns: unknown }>['turns'][number][number];

/**
 * Answers every other turn, with reasoning, and with two calls that have the same odd ids every time. On the turns
 * between, it is out for a second, so that the other provider answers them.
 */
function everyOther(first: 0 | 1, protocol: ModelProtocol): ScriptInput {
  // Anthropic's own ids have no other characters.
  const id = protocol === 'anthropic-messages' ? 'toolu_0' : 'functions.look:0|é';
  const turns = Array.from({ length: TURNS }, (_, turn): Attempt[] => {
    if (turn % 2 !== first) return [{ status: 429, retryAfter: '1' }];
    if (turn === TURNS - 1) return [{ text: 'Done.', reasoning: 'All is there.' }];
    const toolCalls = [
      { id, name: 'workspace_write', args: { name: `note-${turn}.md`, content: `Seen on turn ${turn}.` } },
      { id: `${id}1`, name: 'workspace_read', args: { name: 'not-there.md' } },
    ];
    return [{ text: turn === 0 ? '' : `Step ${turn}.`, reasoning: `Thought ${turn}.`, toolCalls }];
  });
  return { turns, repeatLastAttempt: true };
}

test.each([
  ['openai-chat', 'anthropic-messages'],
  ['openai-chat', 'google-generate'],
  ['anthropic-messages', 'google-generate'],
  ['anthropic-messages', 'anthropic-messages'],
  ['google-generate', 'google-generate'],
  ['openai-chat', 'openai-chat'],
] as const)(
  '[request:signatures:to-their-maker-only] a tool loop that changes between %s and %s on every turn is refused by neither',
  async (one, other) => {
    const model = (id: string) => [{ id, inputUsdPerMtok: 1, outputUsdPerMtok: 4 }];
    const [first, second] = [
      await stack.script(everyOther(0, one), { protocol: one, models: model('model-one') }),
      await stack.script(everyOther(1, other), { protocol: other, models: model('model-two') }),
    ];
    const run = await stack.api.run(agentId, { message: 'Look.', models: [...first.models, ...second.models] });
    expect((await run.ended()).reason).toBe('completed');
    expect(run.ofType('agent.message').at(-1)?.text).toBe('Done.');

    const reports = [await first.report(), await second.report()];
    const statuses = reports.flatMap(({ requests }) => requests.map(({ sent }) => sent.status));
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    // Each got its own thoughts back, where its protocol has a place for them, and none of the other's.
    for (const [place, { requests }] of reports.entries()) {
      const last = JSON.stringify(requests.findLast(({ sent }) => sent.status === 200)?.body);
      const thoughts = [...last.matchAll(/Thought (\d)/g)].map(([, turn]) => Number(turn) % 2);
      expect(thoughts.filter((owner) => owner !== place)).toEqual([]);
      expect(thoughts.length).toBeGreaterThan(0);
    }
  },
);
