import { describe, expect, test } from 'vitest';
import { type ArmModel, armsOf } from '../../../domain/arms.ts';
import { headroomOf } from '../../../domain/budget.ts';
import type { InputReport, PromptFrame } from '../../../domain/input-bound.ts';
import { costNanoUsd, type ModelRates } from '../../../domain/prices.ts';
import { type TurnSize, transcriptWindow } from '../../../domain/transcript-window.ts';

/** A run on one model, turn by turn, as refresh context, select model and call model would do it. */
interface Run {
  readonly rates: ModelRates;
  /** Of the tokenizer of the model. */
  readonly bytesPerToken: number;
  readonly systemTokens: number;
  /** Of each answer, in turn. */
  readonly answerTokens: readonly number[];
  /** Of the results of each turn, in turn. */
  readonly resultTokens: readonly number[];
  readonly wantedTokens: number;
  /** How much of what a request repeats is read from a cache. */
  readonly cachedShare: number;
}

const MAX_TURNS = 2_000;
const MESSAGE_BYTES = 384;
const WINDOW_TOKENS = 24_000;

function rates(input: number, output: number, cache?: { read: number; write: number }): ModelRates {
  const nano = (usd: number) => BigInt(Math.round(usd * 1e9));
  return {
    inputNanoPerMtok: nano(input),
    cacheReadNanoPerMtok: nano(cache?.read ?? input),
    cacheWriteNanoPerMtok: nano(cache?.write ?? input),
    outputNanoPerMtok: nano(output),
    tiers: [],
    hiddenInputTokens: 0,
  };
}

const turnOf = (tokens: number, bytes: number): TurnSize => ({
  messages: { whole: [0, 0], levels: null },
  answer: [tokens, bytes],
  results: { whole: [0, 0], levels: null },
});

/** @returns what was paid, turn by turn, until no money was left for another turn or `maxTurns` were done */
function played(run: Run, capNano: bigint | null, maxTurns = MAX_TURNS): bigint[] {
  const model: ArmModel = {
    providerId: 'prov_1',
    connection: 'now',
    provider: 'acme',
    model: 'large',
    contextWindow: 200_000,
    maxOutputTokens: run.wantedTokens,
    capabilities: [],
    extraBodyBytes: 0,
    rates: run.rates,
  };
  const bytesOf = (tokens: number) => Math.ceil(tokens * run.bytesPerToken);
  const at = (items: readonly number[], turn: number) => items[turn % items.length] ?? 0;
  const paid: bigint[] = [];
  const sizes: TurnSize[] = [];
  let spentNano = 0n;
  let grownBytes = 0;
  let report: InputReport | undefined;
  let promptTokensBefore = 0;
  for (let turn = 0; turn < maxTurns; turn++) {
    const sized = transcriptWindow([...sizes, turnOf(0, 0)], WINDOW_TOKENS);
    const promptTokens = run.systemTokens + sized.tokens;
    const frame: PromptFrame = {
      frameTokens: run.systemTokens,
      frameBytes: bytesOf(run.systemTokens) + 1_024,
      toolCount: 0,
      parts: { systemBytes: bytesOf(run.systemTokens), volatileBytes: 0, toolBytes: 0, grownBytes },
    };
    const prompt = { ...sized, tokens: promptTokens, bytes: frame.frameBytes + sized.bytes };
    const [arm] = armsOf([{ spec: model, prompt }], {
      frame,
      reports: report === undefined ? [] : [report],
      counts: [],
      maxOutputTokens: run.wantedTokens,
      headroom: headroomOf([{ capNano, spentNano, reservedNano: 0n, excessNano: 0n }]),
      posteriors: [],
      circuits: [],
      failed: [],
      nowMs: 0,
    });
    if (arm === undefined || arm.obstacle !== undefined) break;
    const outputTokens = Math.min(at(run.answerTokens, turn), arm.maxTokens);
    const costNano = costNanoUsd(run.rates, {
      inputTokens: promptTokens,
      cacheReadTokens: Math.floor(run.cachedShare * Math.min(promptTokens, promptTokensBefore)),
      cacheWriteTokens: 0,
      outputTokens,
    });
    if (costNano > arm.worstCaseNano) throw new Error(`turn ${turn} cost more than was reserved for it`);
    spentNano += costNano;
    paid.push(costNano);
    report = {
      provider: 'acme',
      model: 'large',
      inputTokens: promptTokens,
      promptTokens,
      grownBytes,
      window: sized.window,
      sameSystem: true,
      sameVolatile: true,
      sameTools: true,
    };
    promptTokensBefore = promptTokens;
    const tokens = outputTokens + at(run.resultTokens, turn);
    sizes.push(turnOf(tokens, bytesOf(tokens) + 2 * MESSAGE_BYTES));
    grownBytes += bytesOf(tokens) + 2 * MESSAGE_BYTES;
  }
  return paid;
}

const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);

/** The share of a cap that a run spends, where the cap is what its first `turns` turns cost and three quarters of one more. */
function shareSpent(run: Run, turns: number): number {
  const free = played(run, null, turns + 1);
  const capNano = sum(free.slice(0, turns)) + ((free[turns] ?? 0n) * 3n) / 4n;
  const spentNano = sum(played(run, capNano));
  expect(spentNano).toBeLessThanOrEqual(capNano);
  return Number(spentNano) / Number(capNano);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const PRICES = [
  rates(0.15, 0.6),
  rates(1.25, 10),
  rates(3, 15, { read: 0.3, write: 3.75 }),
  rates(15, 75, { read: 1.5, write: 18.75 }),
];
const LENGTHS = [10, 30, 100, 200];

const answers = [120, 300, 80, 600, 240];

describe('the share of a cap that a run spends before it is exhausted', () => {
  test('[I4] [money:reservation:tight] is at least 90 % in the median over prices, models and lengths', () => {
    const runs = PRICES.flatMap((price) =>
      [3, 4.6].flatMap((bytesPerToken) =>
        [
          [200, 900, 50],
          [1_500, 300, 3_000],
        ].flatMap((resultTokens) =>
          [1_200, 6_000].map(
            (systemTokens): Run => ({
              rates: price,
              bytesPerToken,
              systemTokens,
              answerTokens: answers,
              resultTokens,
              wantedTokens: 32_000,
              cachedShare: 0,
            }),
          ),
        ),
      ),
    );
    const cached = runs.map((run) => ({ ...run, cachedShare: 0.95 }));
    const shares = [...runs, ...cached].flatMap((run) => LENGTHS.map((turns) => shareSpent(run, turns)));
    expect(median(shares)).toBeGreaterThanOrEqual(0.9);
  });

  test('[money:reservation:tight] is at least 95 % where output dominates', () => {
    const runs = PRICES.map(
      (price): Run => ({
        rates: price,
        bytesPerToken: 4,
        systemTokens: 600,
        answerTokens: [3_000, 6_000, 4_500],
        resultTokens: [0],
        wantedTokens: 32_000,
        cachedShare: 0,
      }),
    );
    expect(median(runs.flatMap((run) => LENGTHS.map((turns) => shareSpent(run, turns))))).toBeGreaterThanOrEqual(0.95);
  });
});
