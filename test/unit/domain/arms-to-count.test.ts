import { expect, test } from 'vitest';
import { type Arm, type ArmModel, type ArmPrompt, armsOf } from '../../../domain/arms.ts';
import { armsToCount } from '../../../domain/arms-to-count.ts';
import type { InputCount } from '../../../domain/input-count.ts';
import { acmeLarge, flatRates, WHOLE_TRANSCRIPT } from '../../support/arms.ts';

/** A token of input or output costs a nano-dollar. By bytes, the prompt costs 40,000; by our tokenizer, 10,000. */
const RATE = 1_000_000n;
const spec = acmeLarge({ rates: flatRates(RATE), contextWindow: 200_000, maxOutputTokens: 8_000 });
const window = WHOLE_TRANSCRIPT;
const prompt: ArmPrompt = {
  tokens: 10_000,
  bytes: 40_000,
  window,
  images: [],
  mediaOfSession: 0,
  loss: 'nothing',
  cutBytes: 0,
};
const asked: InputCount = { provider: 'acme', model: 'large', window, state: 'asked' };

function arms(
  freeNano: bigint | undefined,
  given: {
    counts?: readonly InputCount[];
    models?: readonly Partial<ArmModel>[];
    unspentNano?: bigint;
    down?: boolean;
  } = {},
): Arm[] {
  const { counts = [], models = [{}], unspentNano = freeNano } = given;
  return armsOf(
    models.map((model) => ({ spec: { ...spec, ...model }, prompt })),
    {
      frame: { frameTokens: 100, frameBytes: 400, toolCount: 1, parts: null },
      reports: [],
      counts,
      maxOutputTokens: undefined,
      headroom: { freeNano, unspentNano },
      posteriors: [],
      circuits: given.down ? [{ provider: 'acme', model: 'large', openForMs: 700, lastType: 'model.overloaded' }] : [],
      failed: [],
      nowMs: 0,
    },
  );
}
const counted = (of: readonly Arm[], canCount = (_: Arm) => true) =>
  armsToCount(of, canCount).map(({ spec: { model } }) => model);

test.each([
  { it: 'without a cap', freeNano: undefined, due: [] },
  { it: 'while the bytes leave room for an answer of a usual length', freeNano: 41_024n, due: [] },
  { it: 'when they leave room for a shorter one only', freeNano: 41_023n, due: ['large'] },
  { it: 'when they do not fit', freeNano: 30_000n, due: ['large'] },
  { it: 'not when the prompt would not fit by our own count either', freeNano: 10_255n, due: [] },
  { it: 'as soon as it would', freeNano: 10_256n, due: ['large'] },
])('[money:input:counted-when-money-is-short] a prompt is counted $it', ({ freeNano, due }) => {
  expect(counted(arms(freeNano))).toEqual(due);
});

test.each<{ it: string; given: Parameters<typeof arms>[1]; due: string[] }>([
  { it: 'again while nobody has answered', given: { counts: [asked] }, due: ['large'] },
  {
    it: 'not twice',
    given: { counts: [{ ...asked, state: 'counted', tokens: 20_000, requestBytes: 39_000 }] },
    due: [],
  },
  { it: 'not again when nobody could', given: { counts: [{ ...asked, state: 'failed' }] }, due: [] },
  {
    it: 'again when the prompt shows something else',
    given: { counts: [{ ...asked, state: 'failed', window: { ...window, firstTurn: 1 } }] },
    due: ['large'],
  },
  { it: 'not while another model can serve the turn', given: { models: [{}, cheap('small', 10n)] }, due: [] },
  {
    it: 'for three models at most, the cheapest first',
    given: { models: [cheap('a', 1n), cheap('b', 3n), cheap('c', 2n), {}] },
    due: ['b', 'c', 'a'],
  },
  { it: 'not for a model that is down', given: { down: true }, due: [] },
])('[money:input:counted-when-money-is-short] a prompt that does not fit is counted $it', ({ given, due }) => {
  expect(counted(arms(12_000n, given))).toEqual(due);
});

test('[money:input:counted-when-money-is-short] a prompt is not counted where nobody can', () => {
  expect(counted(arms(12_000n), () => false)).toEqual([]);
});

/** A model of which a token costs a part of what it costs on the large one. */
function cheap(model: string, part: bigint): Partial<ArmModel> {
  const rate = RATE / part;
  const rates = { inputNanoPerMtok: rate, cacheReadNanoPerMtok: rate, cacheWriteNanoPerMtok: rate };
  return { model, rates: { ...spec.rates, ...rates } };
}
