import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScriptedCall } from '../../support/asking-run.ts';
import { SIZE_FORM } from '../../support/held-sessions.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { DEAR, LIST } from '../../support/script-parts.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import { runs, seed, steeringCommands } from '../../support/steering-commands.ts';
import {
  ASKING_TOOL,
  newSteeringModel,
  type ReadTranscript,
  type SteeredOptions,
  steeringViolations,
} from '../../support/steering-model.ts';
import { connectHttpToolServer, type HttpToolServer } from '../../support/tool-server.ts';
import { until } from '../../support/until.ts';

let stack: SharedStack;
let desk: HttpToolServer | undefined;

beforeAll(async () => {
  stack = await shareStack();
});
afterAll(async () => {
  await desk?.close();
  await stack.stop();
});

/** The number of sessions at the same time. */
const LANES = 4;
const MAX_COMMANDS = 14;
const COSTS = { outputTokens: 250 };
const NOTE = { name: 'memory_append', args: { fact: 'Kites need wind.' } };

/** Calls about which people are asked: one under approval, one whose effect is not known, and one whose server has a form. */
const WRITE = { name: ASKING_TOOL, args: { name: 'kites.md', content: 'Wind.' } };
const LOST = { name: 'desk_protocol_error', args: { code: -32_000 } };
const FORM = { name: 'desk_ask', args: { of: SIZE_FORM } };

/** Answers with and without tool calls. Some are so slow that commands come in the middle of them. */
const scriptOf = (...asking: ScriptedCall[][]) => ({
  turns: [
    ...asking.slice(0, 1).map((toolCalls) => [{ toolCalls, usage: COSTS }]),
    [{ toolCalls: [LIST, NOTE], usage: COSTS, delayBeforeMs: 40 }],
    [{ text: 'Kites need wind, and a string.', usage: COSTS, chunks: 6, delayBetweenChunksMs: 60 }],
    ...asking.slice(1).map((toolCalls) => [{ toolCalls, usage: COSTS, delayBeforeMs: 20 }]),
    [{ text: 'More wind.', usage: COSTS }],
    [{ text: 'Let me see.', toolCalls: [LIST], usage: COSTS, delayBeforeMs: 80 }],
    [{ text: 'No wind today.', usage: COSTS, delayBeforeMs: 20 }],
  ],
  repeat: true,
  repeatLastAttempt: true,
});

const optionsOf = fc.record<SteeredOptions>({
  onComplete: fc.constantFrom('idle', 'end'),
  onBudget: fc.constantFrom('stop', 'ask', 'ask', 'downgrade'),
  idleTimeoutS: fc.constantFrom(600, 600, 0.4),
  maxTurns: fc.integer({ min: 1, max: 12 }),
  // A turn takes 0.1 USD, so some sessions come to the end of their money.
  capUsd: fc.constantFrom(0.11, 0.15, 0.25, 0.5, 4),
  asks: fc.constantFrom(true, true, false),
});

test(
  '[steering:answer:log-shows-what-was-told] [I1] [I2] [I4] [I5] [I6] for any commands at any time, a session does exactly what its client was told',
  async () => {
    console.log(`FC_SEED=${seed}`);
    const agentId = await stack.newAgent();
    desk = await connectHttpToolServer(stack.api, { name: 'desk', effect: 'write', idempotent: false });
    const approved = { tool_name: ASKING_TOOL, allowed: true, requires_approval: true };
    await stack.api.call('PUT', '/v1/mcp/governance/policy', approved);
    const asking = await stack.script(scriptOf([LIST, WRITE], [FORM, LOST], [WRITE, WRITE]), { models: DEAR });
    const plain = await stack.script(scriptOf(), { models: DEAR });
    const reasons: string[] = [];
    const idleCauses: string[] = [];
    const decided: string[] = [];

    const property = fc.asyncProperty(optionsOf, steeringCommands(MAX_COMMANDS), async (options, commands) => {
      const model = newSteeringModel(options, 'First.');
      const run = await stack.api.run(agentId, {
        message: 'First.',
        models: (options.asks ? asking : plain).models,
        max_turns: options.maxTurns,
        budget_cap_usd: options.capUsd,
        on_complete: options.onComplete,
        on_budget: options.onBudget,
        idle_timeout_s: options.idleTimeoutS,
      });
      await fc.asyncModelRun(() => ({ model, real: { stack, run } }), commands);
      await until('the session to rest', async () => (await stack.api.session(run.sessionId)).status !== 'running');
      if (options.idleTimeoutS > 1) {
        const last = await stack.api.request('POST', `/v1/sessions/${run.sessionId}/events`, {
          type: 'user.interrupt',
        });
        if (last.status === 202) model.interrupted = true;
      }
      const { reason } = await run.ended();
      reasons.push(reason);
      decided.push(...[...model.decisions.values()].map(({ becomes }) => becomes));
      idleCauses.push(...run.ofType('session.status_idle').map(({ cause }) => cause));
      const { data } = await stack.api.call<{ data: ReadTranscript[] }>(
        'GET',
        `/v1/sessions/${run.sessionId}/transcript?limit=100`,
      );
      expect(steeringViolations(model, run.events, data)).toEqual([]);
    });
    await Promise.all(
      Array.from({ length: LANES }, (_, lane) =>
        // A failure that depends on timing may not happen again, so the first one is shown without shrinking.
        fc.assert(property, { seed: seed + lane, numRuns: Math.ceil(runs / LANES), endOnFailure: true }),
      ),
    );
    await checkInvariants(stack);
    console.log(`sessions ended as ${[...new Set(reasons)].sort().join(', ')}`);
    console.log(`${decided.length} calls were decided to be ${[...new Set(decided)].sort().join(', ')}`);
    console.log(`sessions were idle for ${[...new Set(idleCauses)].sort().join(', ')}`);
  },
  60_000 + runs * 20_000,
);
