import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Obstacle } from '../../../domain/arms.ts';
import { lackedNano, releaseLookMs, type WithoutArm, withoutArm } from '../../../domain/no-arm.ts';

const limits = { releaseWaitMs: 60_000, outageWaitMs: 600_000 };

const reserved: Obstacle = { kind: 'reserved', why: 'budget_reserved_elsewhere' };
const spent: Obstacle = { kind: 'spent', why: 'worst_case_exceeds_budget' };
const unfit: Obstacle = { kind: 'unfit', why: 'no_tools' };
const down = (forMs: number): Obstacle => ({ kind: 'down', why: 'model.overloaded', forMs });

const wait = (waitMs: number): WithoutArm => ({ kind: 'wait', waitMs });
const exhausted: WithoutArm = { kind: 'end', reason: 'budget_exhausted' };
const noModel = (whys: string): WithoutArm => ({
  kind: 'end',
  reason: 'error',
  error: { code: 'no_model_available', message: `No model could serve this turn (${whys}).` },
});

test.each<{ when: string; obstacles: Obstacle[]; waitedMs?: number; decided: unknown }>([
  { when: 'money is only reserved', obstacles: [spent, reserved], decided: wait(250) },
  { when: 'money was reserved for too long', obstacles: [reserved], waitedMs: 60_000, decided: exhausted },
  { when: 'all money is spent', obstacles: [spent, unfit], decided: exhausted },
  { when: 'an arm is down', obstacles: [unfit, down(700)], decided: wait(700) },
  { when: 'several are down, until the first comes back', obstacles: [down(9_000), down(700.4)], decided: wait(701) },
  { when: 'an arm is about to come back, but not at once', obstacles: [down(1)], decided: wait(50) },
  { when: 'an arm is down for long, and looks again in between', obstacles: [down(300_000)], decided: wait(30_000) },
  { when: 'an arm is down and the money of another is spent', obstacles: [down(700), spent], decided: wait(700) },
  {
    when: 'an arm is down and the money of another is reserved',
    obstacles: [down(9_000), reserved],
    decided: wait(250),
  },
  {
    when: 'an arm is down and the money of another was reserved for too long',
    obstacles: [down(9_000), reserved],
    waitedMs: 60_000,
    decided: wait(9_000),
  },
  {
    when: 'an arm was down for too long',
    obstacles: [down(700)],
    waitedMs: 600_000,
    decided: noModel('model.overloaded'),
  },
  {
    when: 'an arm was down for too long and the money of another is spent',
    obstacles: [down(700), spent],
    waitedMs: 600_000,
    decided: exhausted,
  },
  {
    when: 'no arm can serve the turn',
    obstacles: [unfit, { kind: 'unfit', why: 'model.rejected' }, unfit],
    decided: noModel('no_tools, model.rejected'),
  },
  {
    when: 'no provider offers a model',
    obstacles: [],
    decided: {
      kind: 'end',
      reason: 'error',
      error: { code: 'no_provider', message: expect.stringContaining('/v1/providers') },
    },
  },
])(
  '[model:failure:another-model-or-a-wait] a turn waits or ends as it should when $when',
  ({ obstacles, waitedMs = 0, decided }) => {
    const arms = obstacles.map((obstacle) => ({ obstacle }));
    expect(withoutArm(arms, waitedMs, limits)).toEqual(decided);
  },
);

test('[model:failure:says-what-failed] a prompt that no model holds ends the turn with how long it is and how much the roomiest takes', () => {
  const arm = (model: string, contextWindow: number, tokens: number) => ({
    obstacle: { kind: 'unfit', why: 'prompt_too_long' } as const,
    spec: { model, contextWindow },
    prompt: { tokens },
  });
  const arms = [arm('tiny', 1_024, 2_429), arm('small', 2_048, 2_429), { obstacle: unfit }];
  expect(withoutArm(arms, 0, limits)).toMatchObject({
    error: {
      code: 'no_model_available',
      message:
        "No model could serve this turn (prompt_too_long, no_tools). The prompt can't be made shorter than 2429 tokens, and small takes 2048 together with an answer.",
    },
  });
});

test('[I6] a turn that no arm can serve ends once it has waited as long as it may', () => {
  const anyObstacle = fc.constantFrom(reserved, spent, unfit, down(5), down(50_000));
  fc.assert(
    fc.property(fc.array(anyObstacle, { maxLength: 5 }), fc.integer({ min: 600_000 }), (obstacles, waitedMs) => {
      const arms = obstacles.map((obstacle) => ({ obstacle }));
      expect(withoutArm(arms, waitedMs, limits).kind).toBe('end');
    }),
  );
});

test.each<{
  when: string;
  arms: [bigint, Obstacle | undefined][];
  freeNano: bigint | undefined;
  lacks: bigint | undefined;
}>([
  {
    when: 'its cheapest arm fits',
    arms: [
      [9n, spent],
      [5n, undefined],
    ],
    freeNano: 5n,
    lacks: undefined,
  },
  {
    when: 'no arm fits',
    arms: [
      [9n, spent],
      [5n, reserved],
    ],
    freeNano: 4n,
    lacks: 5n,
  },
  {
    when: 'an arm that fits is down',
    arms: [
      [9n, spent],
      [3n, down(9)],
    ],
    freeNano: 4n,
    lacks: 9n,
  },
  {
    when: 'all arms are down, and one fits',
    arms: [
      [9n, down(9)],
      [3n, down(9)],
    ],
    freeNano: 4n,
    lacks: undefined,
  },
  {
    when: 'all arms are down, and none fits',
    arms: [
      [9n, down(9)],
      [6n, down(9)],
    ],
    freeNano: 4n,
    lacks: 6n,
  },
  { when: 'no arm can serve the turn', arms: [[9n, unfit]], freeNano: 4n, lacks: undefined },
  { when: 'there is no arm', arms: [], freeNano: 4n, lacks: undefined },
  { when: 'no account has a cap', arms: [[9n, undefined]], freeNano: undefined, lacks: undefined },
])(
  '[budget:ask:idle-until-there-is-money] a session that is idle for money lacks $lacks when $when',
  ({ arms, freeNano, lacks }) => {
    expect(
      lackedNano(
        arms.map(([leastCostNano, obstacle]) => ({ leastCostNano, obstacle })),
        freeNano,
      ),
    ).toBe(lacks);
  },
);

test('looks for released money become rarer, from four a second to one in five seconds', () => {
  const looks: number[] = [];
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += releaseLookMs(waitedMs)) looks.push(releaseLookMs(waitedMs));
  expect(looks[0]).toBe(250);
  expect(looks.at(-1)).toBe(5_000);
  expect(looks).toEqual(looks.toSorted((a, b) => a - b));
});
