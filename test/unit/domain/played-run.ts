import { type Arm, type ArmModel, type ArmSituation, armsOf } from '../../../domain/arms.ts';
import { armsToCount } from '../../../domain/arms-to-count.ts';
import { debitOf, outcomeOfAnswer } from '../../../domain/attempt-outcome.ts';
import { headroomOf } from '../../../domain/budget.ts';
import type { InputReport, PromptFrame } from '../../../domain/input-bound.ts';
import type { InputCount } from '../../../domain/input-count.ts';
import type { ModelUsage } from '../../../domain/model-usage.ts';
import type { ModelRates } from '../../../domain/prices.ts';
import { type TurnSize, transcriptWindow } from '../../../domain/transcript-window.ts';

export interface PlayedModel {
  readonly rates: ModelRates;
  /** How many tokens its tokenizer makes of a token of ours. */
  readonly tokensPerOurs: number;
  /** How many tokens it reads for a token that it wrote. */
  readonly rereadShare: number;
  readonly wantedTokens: number;
  /** How much of what a request repeats is read from a cache, and how much of the rest is written into it. */
  readonly cachedShare: number;
  readonly writtenShare: number;
  /** True for a model that reads and writes its cache only where the request says so. */
  readonly cachesOnRequest: boolean;
  readonly reportsUsage: boolean;
  /** What becomes of a question for the input tokens of a request. `low`: the provider bills what its margin allows, and not less. */
  readonly count: 'no_endpoint' | 'exact' | 'low' | 'down' | 'tokenized';
}

/** A run, turn by turn, as refresh context, select model and call model would do it. */
export interface PlayedRun {
  readonly models: readonly PlayedModel[];
  /** The same for all texts. */
  readonly bytesPerToken: number;
  readonly systemTokens: number;
  /** The tokens of each answer, in turn. */
  readonly answerTokens: readonly number[];
  /** The tokens of the results of each turn, in turn. */
  readonly resultTokens: readonly number[];
  /** The index of the arm that serves each turn, in turn, among those that can. */
  readonly picks: readonly number[];
}

const MAX_TURNS = 2_000;
const MESSAGE_BYTES = 384;
const FRAME_BYTES = 1_024;
const WINDOW_TOKENS = 24_000;

export function rates(input: number, output: number, cache?: { read: number; write: number }): ModelRates {
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

/**
 * @returns what was paid, turn by turn, until no money was left for another turn or `maxTurns` were done
 * @throws Error when a turn cost more than was reserved for it
 */
export function played(run: PlayedRun, capNano: bigint | null, maxTurns = MAX_TURNS): bigint[] {
  const specs = run.models.map((model, index) => specOf(model, index));
  const bytesOf = (tokens: number) => Math.ceil(tokens * run.bytesPerToken);
  const at = (items: readonly number[], turn: number) => items[turn % items.length] ?? 0;
  const paid: bigint[] = [];
  const sizes: TurnSize[] = [];
  const reports = new Map<string, InputReport>();
  let spentNano = 0n;
  let grownBytes = 0;
  let promptTokensBefore = 0;
  for (let turn = 0; turn < maxTurns; turn++) {
    const sized = transcriptWindow([...sizes, turnOf(0, 0)], WINDOW_TOKENS);
    const promptTokens = run.systemTokens + sized.tokens;
    const frame: PromptFrame = {
      frameTokens: run.systemTokens,
      frameBytes: bytesOf(run.systemTokens) + FRAME_BYTES,
      toolCount: 0,
      parts: { systemBytes: bytesOf(run.systemTokens), volatileBytes: 0, toolBytes: 0, grownBytes },
    };
    const bytes = frame.frameBytes + sized.bytes;
    const prompt = { ...sized, tokens: promptTokens, bytes, images: [], mediaOfSession: 0 };
    const modelOf = (spec: ArmModel): PlayedModel => {
      const model = run.models[Number(spec.model)];
      if (model === undefined) throw new Error('an arm of no model');
      return model;
    };
    const inputTokensOf = (model: PlayedModel) => Math.ceil(promptTokens * model.tokensPerOurs);
    const arms = armsWithCounts(
      specs.map((spec) => ({ spec, prompt })),
      {
        frame,
        reports: [...reports.values()],
        counts: [],
        maxOutputTokens: undefined,
        headroom: headroomOf([{ capNano, spentNano, reservedNano: 0n, excessNano: 0n }]),
        posteriors: [],
        circuits: [],
        failed: [],
        nowMs: 0,
      },
      ({ spec }) => countOf(modelOf(spec), inputTokensOf(modelOf(spec)), prompt.bytes),
    );
    const serving = arms.filter(({ obstacle }) => obstacle === undefined);
    const arm = serving[at(run.picks, turn) % Math.max(1, serving.length)];
    if (arm === undefined) break;

    const model = modelOf(arm.spec);
    const inputTokens = inputTokensOf(model);
    const outputTokens = Math.min(at(run.answerTokens, turn), arm.maxTokens);
    const repeated = Math.min(inputTokens, Math.ceil(promptTokensBefore * model.tokensPerOurs));
    const caches = !arm.withoutCache;
    const cacheReadTokens = caches ? Math.floor(model.cachedShare * repeated) : 0;
    const cacheWriteTokens = caches ? Math.floor(model.writtenShare * (inputTokens - cacheReadTokens)) : 0;
    const usage: ModelUsage = { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens: 0 };
    const outcome = outcomeOfAnswer(model.rates, model.reportsUsage ? usage : undefined, {
      inputTokens,
      outputTokens,
      most: { requestBytes: prompt.bytes, outputTokens: Math.min(arm.maxTokens, bytesOf(outputTokens)) },
    });
    const { costNano, excessNano } = debitOf(arm.worstCaseNano, outcome);
    if (excessNano > 0n) throw new Error(`turn ${turn} cost more than was reserved for it`);
    spentNano += costNano;
    paid.push(costNano);
    if (model.reportsUsage) {
      reports.set(arm.key, {
        provider: arm.spec.provider,
        model: arm.spec.model,
        turn,
        inputTokens,
        promptTokens,
        grownBytes,
        answer: null,
        window: sized.window,
        sameSystem: true,
        sameVolatile: true,
        sameTools: true,
      });
    }
    promptTokensBefore = promptTokens;
    const answerTokens = Math.floor((outputTokens * model.rereadShare) / model.tokensPerOurs);
    const answer = { outputTokens, tokens: answerTokens, bytes: bytesOf(answerTokens) + MESSAGE_BYTES };
    const report = reports.get(arm.key);
    if (report?.turn === turn) reports.set(arm.key, { ...report, answer });
    const resultTokens = at(run.resultTokens, turn);
    const grown = answer.bytes + bytesOf(resultTokens) + MESSAGE_BYTES;
    sizes.push(turnOf(answerTokens + resultTokens, grown));
    grownBytes += grown;
  }
  return paid;
}

type Counted = { readonly state: 'counted' | 'tokenized'; readonly tokens: number; readonly requestBytes: number };

function armsWithCounts(
  models: Parameters<typeof armsOf>[0],
  situation: ArmSituation,
  count: (arm: Arm) => Counted | undefined,
): Arm[] {
  const arms = armsOf(models, situation);
  const toCount = armsToCount(arms, (arm) => count(arm) !== undefined);
  if (toCount.length === 0) return arms;
  const counts = toCount.flatMap((arm): InputCount[] => {
    const made = count(arm);
    const of = { provider: arm.spec.provider, model: arm.spec.model, window: arm.prompt.window };
    return made === undefined ? [] : [{ ...of, ...made }];
  });
  return armsOf(models, { ...situation, counts });
}

function countOf({ count }: PlayedModel, inputTokens: number, requestBytes: number): Counted | undefined {
  switch (count) {
    case 'exact':
      return { state: 'counted', tokens: inputTokens, requestBytes };
    case 'low':
      return { state: 'counted', tokens: Math.max(1, Math.ceil((inputTokens - 64) / 1.02)), requestBytes };
    case 'tokenized':
      return { state: 'tokenized', tokens: inputTokens + 40, requestBytes };
    case 'down':
    case 'no_endpoint':
      return undefined;
  }
}

function specOf({ rates: prices, wantedTokens, cachesOnRequest }: PlayedModel, index: number): ArmModel {
  return {
    providerId: 'prov_1',
    connection: 'now',
    provider: 'acme',
    model: String(index),
    contextWindow: 400_000,
    maxOutputTokens: wantedTokens,
    capabilities: [],
    extraBodyBytes: 0,
    cachesOnRequest,
    rates: prices,
  };
}
