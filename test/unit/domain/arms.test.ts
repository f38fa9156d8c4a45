import { expect, test } from 'vitest';
import {
  type Arm,
  type ArmModel,
  type ArmPrompt,
  type ArmSituation,
  armsOf,
  candidateOf,
  type Obstacle,
  sparingCutPrompts,
} from '../../../domain/arms.ts';
import { priorPosterior, updated } from '../../../domain/posterior.ts';
import { acmeLarge, flatRates, WHOLE_TRANSCRIPT } from '../../support/arms.ts';

/** Ten tokens of input or output cost a nano-dollar, so a prompt of 1,000 bytes and 1,000 output tokens cost at most 200. */
const RATE = 100_000n;
const spec = acmeLarge({ rates: flatRates(RATE), contextWindow: 8_000, maxOutputTokens: 1_000 });
const situation: ArmSituation = {
  frame: { frameTokens: 100, frameBytes: 400, toolCount: 1, parts: null },
  reports: [],
  counts: [],
  maxOutputTokens: 4_000,
  headroom: { freeNano: undefined, unspentNano: undefined },
  posteriors: [],
  circuits: [],
  failed: [],
  nowMs: 0,
};
const window = WHOLE_TRANSCRIPT;
const wholePrompt: ArmPrompt = {
  tokens: 300,
  bytes: 1_000,
  images: [],
  mediaOfSession: 0,
  window,
  loss: 'nothing',
  cutBytes: 0,
};
const ofAcmeLarge = { provider: 'acme', model: 'large' };

type Changes = Partial<ArmSituation> & { readonly prompt?: Partial<ArmPrompt> };

function armIn({ prompt, ...changes }: Changes, model: Partial<ArmModel> = {}) {
  const prompted = { spec: { ...spec, ...model }, prompt: { ...wholePrompt, ...prompt } };
  const [arm] = armsOf([prompted], { ...situation, ...changes });
  if (arm === undefined) throw new Error('one model makes one arm');
  return arm;
}
const prompt = (tokens: number) => ({ prompt: { tokens } });
const money = (freeNano: bigint, unspentNano: bigint) => ({ headroom: { freeNano, unspentNano } });
const failures = (...types: string[]) => ({ failed: types.map((type) => ({ ...ofAcmeLarge, type })) });
/** An answer of 300 tokens that ended for want of money before it said anything. */
const cutToNothing = { ...ofAcmeLarge, type: 'model.empty_answer', cutAtTokens: 300 };
const circuit = (lastType: string) => ({ circuits: [{ ...ofAcmeLarge, openForMs: 700, lastType }] });

const cases: readonly {
  it: string;
  when?: Changes;
  model?: Partial<ArmModel>;
  obstacle: Obstacle | undefined;
}[] = [
  { it: 'is offered when nothing stands against it', obstacle: undefined },
  {
    it: 'is offered without tools when there are none to call',
    when: { frame: { ...situation.frame, toolCount: 0 } },
    model: { capabilities: [] },
    obstacle: undefined,
  },
  {
    it: 'is unfit without tools when there are some',
    model: { capabilities: ['vision'] },
    obstacle: { kind: 'unfit', why: 'no_tools' },
  },
  {
    it: 'is offered when the prompt leaves room for the least answer',
    when: prompt(7_744),
    obstacle: undefined,
  },
  {
    it: 'is unfit when the prompt leaves no room for the least answer',
    when: prompt(7_745),
    obstacle: { kind: 'unfit', why: 'prompt_too_long' },
  },
  {
    it: 'needs no more room than it can fill',
    when: prompt(7_900),
    model: { maxOutputTokens: 100 },
    obstacle: undefined,
  },
  {
    it: 'is offered again after a failure of this turn that passes',
    when: failures('model.overloaded'),
    obstacle: undefined,
  },
  {
    it: 'is unfit after a failure of this turn that no retry mends',
    when: failures('model.overloaded', 'model.rejected'),
    obstacle: { kind: 'unfit', why: 'model.rejected' },
  },
  {
    it: 'is short of money after answers that money cut to nothing, until it can be asked for one twice as long',
    when: { failed: [cutToNothing, cutToNothing], ...money(129n, 129n) },
    obstacle: { kind: 'spent', why: 'worst_case_exceeds_budget' },
  },
  {
    it: 'is asked again after such answers when it can answer at twice the length',
    when: { failed: [cutToNothing, cutToNothing], ...money(160n, 160n) },
    obstacle: undefined,
  },
  {
    it: 'is not touched by the failure of another model',
    when: { failed: [{ ...ofAcmeLarge, model: 'small', type: 'model.rejected' }] },
    obstacle: undefined,
  },
  {
    it: 'is down while its circuit is open',
    when: circuit('model.rate_limited'),
    obstacle: { kind: 'down', why: 'model.rate_limited', forMs: 700 },
  },
  {
    it: 'is unfit, and not waited for, when only a person can close its circuit',
    when: circuit('model.unauthorized'),
    obstacle: { kind: 'unfit', why: 'model.unauthorized' },
  },
  {
    it: 'is not touched by the circuit of the same model elsewhere',
    when: { circuits: [{ provider: 'other', model: 'large', openForMs: 700, lastType: 'model.overloaded' }] },
    obstacle: undefined,
  },
  { it: 'is offered when its least answer is affordable', when: money(126n, 126n), obstacle: undefined },
  {
    it: 'waits for money that others hold reserved',
    when: money(125n, 126n),
    obstacle: { kind: 'reserved', why: 'budget_reserved_elsewhere' },
  },
  {
    it: 'is out of money when releases would not help',
    when: money(125n, 125n),
    obstacle: { kind: 'spent', why: 'worst_case_exceeds_budget' },
  },
  {
    it: 'is unfit rather than down',
    when: { ...circuit('model.overloaded'), ...failures('model.rejected') },
    obstacle: { kind: 'unfit', why: 'model.rejected' },
  },
  {
    it: 'is down rather than out of money',
    when: { ...circuit('model.overloaded'), ...money(0n, 0n) },
    obstacle: { kind: 'down', why: 'model.overloaded', forMs: 700 },
  },
];

test.each(cases)('[model:choice:can-be-explained] an arm $it', ({ when = {}, model, obstacle }) => {
  const arm = armIn(when, model);
  expect(arm.obstacle).toEqual(obstacle);
  expect(candidateOf(arm, null)).toMatchObject({ eligible: obstacle === undefined, why: obstacle?.why });
});

test.each([
  { it: 'no more than its model can', when: {}, model: {}, maxTokens: 1_000, worstCaseNano: 200n },
  { it: 'no more than the limit', when: { maxOutputTokens: 600 }, model: {}, maxTokens: 600, worstCaseNano: 160n },
  {
    it: 'all that the model can write where nothing limits it',
    when: { maxOutputTokens: undefined },
    model: { maxOutputTokens: 5_000 },
    maxTokens: 5_000,
    worstCaseNano: 600n,
  },
  {
    it: 'what the prompt leaves of the context window',
    when: { maxOutputTokens: undefined, ...prompt(6_000) },
    model: { maxOutputTokens: 5_000 },
    maxTokens: 1_400,
    worstCaseNano: 240n,
  },
  { it: 'no more than the money allows', when: money(150n, 900n), model: {}, maxTokens: 500, worstCaseNano: 150n },
])('[I4] an arm asks for $it, and reserves for that', ({ when, model, maxTokens, worstCaseNano }) => {
  expect(armIn(when, model)).toMatchObject({ maxTokens, worstCaseNano });
});

test('the expected cost of an arm follows what its model has cost so far, or its prices if nothing is known', () => {
  const fresh = armIn({});
  // 300 tokens of prompt and an answer of 400.
  expect(fresh).toMatchObject({ referenceCostNano: 70n, expectedCostNano: 70n, posterior: priorPosterior(0) });

  const learned = updated(priorPosterior(0), 1, 0);
  const known = { ...learned, ...ofAcmeLarge, costN: 10, costMeanLog: Math.log(2), costM2Log: 0 };
  const elsewhere = { ...known, model: 'small', costMeanLog: Math.log(9) };
  expect(armIn({ posteriors: [elsewhere, known] })).toMatchObject({
    referenceCostNano: 70n,
    expectedCostNano: 140n,
    posterior: { mean: learned.mean },
  });
});

test.each<{ when: string; others: Partial<Arm>[]; why: string | undefined }>([
  { when: 'another holds it', others: [{}], why: 'prompt_too_long' },
  { when: 'no other holds it', others: [{ prompt: { ...wholePrompt, loss: 'current' } }], why: undefined },
  { when: 'one that holds it is out', others: [{ obstacle: { kind: 'unfit', why: 'no_tools' } }], why: undefined },
])('an arm whose prompt lacks what the turn is about steps aside only while another holds it: $when', (given) => {
  const cutArm = armIn({ prompt: { loss: 'current' } });
  const arms = sparingCutPrompts([cutArm, ...given.others.map((changes) => ({ ...armIn({}), ...changes }))]);
  expect(arms[0]?.obstacle?.why).toBe(given.why);
  expect(arms[1]).toEqual({ ...armIn({}), ...given.others[0] });
});
