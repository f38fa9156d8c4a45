import { type Headroom, least } from './budget.ts';
import { type CostRatio, costRatioOf, estimate, NO_COST_RATIO } from './cost-ratio.ts';
import { type InputBound, type InputReport, inputBound, mediaTokensOf, type PromptFrame } from './input-bound.ts';
import { countedRequestBytes, type InputCount, isUncounted } from './input-count.ts';
import type { CountedMedia, MediaInput } from './media/media-window.ts';
import { isOutOf, isPassingFailure, lastingFailure } from './model-outage.ts';
import { decayed, type Posterior, priorPosterior } from './posterior.ts';
import { costNanoUsd, type ModelRates } from './prices.ts';
import { latestMessageImages } from './prompt-window.ts';
import { LEAST_OUTPUT_TOKENS, type RequestOffer, requestOffer } from './request-offer.ts';
import type { FailedSelection, OpenCircuit, PosteriorRecord, SelectionCandidate } from './routing-records.ts';
import type { SizedWindow, TranscriptWindow } from './transcript-window.ts';

/** A model that a run may use. */
export interface ArmModel {
  readonly providerId: string;
  readonly connection: string;
  readonly provider: string;
  readonly model: string;
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  readonly capabilities: readonly string[];
  readonly rates: ModelRates;
  /** What its provider adds to the body of every request. */
  readonly extraBodyBytes: number;
  /** True when a request writes into a prompt cache only if it says so. */
  readonly cachesOnRequest: boolean;
  /** Undefined: it takes no images. */
  readonly mediaInput?: MediaInput | undefined;
}

/** The prompt that a model would be sent. */
export interface ArmPrompt {
  /** Tokens of the whole prompt by our own tokenizer. Expected cost is estimated from them; a reservation never is. */
  readonly tokens: number;
  /** Upper bound of the serialized request without its images in UTF-8 bytes, whatever the protocol. */
  readonly bytes: number;
  /** The images that it shows. */
  readonly images: readonly CountedMedia[];
  /** How many images the session has. */
  readonly mediaOfSession: number;
  readonly window: TranscriptWindow;
  readonly loss: SizedWindow['loss'];
  readonly cutBytes: number;
}

export interface PromptedModel {
  readonly spec: ArmModel;
  readonly prompt: ArmPrompt;
}

/**
 * Why an arm can't serve the turn. `unfit`: not in this turn. `down`: not before its circuit closes. `reserved`: not
 * before other requests release money. `spent`: not within the caps.
 */
export type Obstacle =
  | { readonly kind: 'unfit' | 'reserved' | 'spent'; readonly why: string }
  | { readonly kind: 'down'; readonly why: string; readonly forMs: number };

export interface Arm {
  readonly key: string;
  readonly spec: ArmModel;
  readonly prompt: ArmPrompt;
  readonly posterior: Posterior;
  readonly referenceCostNano: bigint;
  readonly costRatio: CostRatio;
  readonly expectedCostNano: bigint;
  readonly inputBound: InputBound;
  /** The longest body that the reservation pays for, in UTF-8 bytes. */
  readonly requestBytes: number;
  /** What the request needs with the shortest answer that is of use: without it this arm can't serve the turn. */
  readonly leastCostNano: bigint;
  /** The amount that is reserved when this arm is chosen: it covers `maxTokens` of output. */
  readonly worstCaseNano: bigint;
  readonly maxTokens: number;
  /** True when the money that is left does not pay for a request that writes into a prompt cache. */
  readonly withoutCache: boolean;
  /** How long the answer may be where there is money enough. */
  readonly wantedTokens: number;
  /** What the request needs with an answer of that length. */
  readonly wholeCostNano: bigint;
  /** True when the money that is left allows no answer of a usual length. */
  readonly isShortOfMoney: boolean;
  /** True when a count of its prompt, which nobody has made yet, would probably allow a longer answer. */
  readonly gainsByCount: boolean;
  readonly obstacle: Obstacle | undefined;
}

export interface ArmSituation {
  readonly frame: PromptFrame;
  /** What models reported for earlier requests of the session. */
  readonly reports: readonly InputReport[];
  /** Counts of the prompt of this turn, each for one model. */
  readonly counts: readonly InputCount[];
  /** The most tokens of an answer that agent or run allow. Undefined: as many as the model can write. */
  readonly maxOutputTokens: number | undefined;
  readonly headroom: Headroom;
  /** Those of the turn's task class. */
  readonly posteriors: readonly PosteriorRecord[];
  readonly circuits: readonly OpenCircuit[];
  readonly failed: readonly Omit<FailedSelection, 'selection'>[];
  readonly nowMs: number;
}

/** An answer of this length is rarely cut. */
const USUAL_OUTPUT_TOKENS = 1_024;
/** How much longer an answer must become for a count to be worth the time that it takes. */
const LEAST_GAIN = 1.25;
/** The line that tells a model that its last answer was of no use, in a request. */
const RETRY_BYTES = 256;
/** What a prompt may have by the count of its own model, in percent of ours, where room is left for an answer. */
const TOKENIZER_PERCENT = 110;
/** The length of an answer at which costs are compared before anything is learned. */
const REFERENCE_OUTPUT_TOKENS = 400;

/** An arm for each model that the run may use, with the obstacle that keeps it from serving the turn now. */
export function armsOf(models: readonly PromptedModel[], situation: ArmSituation): Arm[] {
  return models.map((model) => armOf(model, situation));
}

function armOf(model: PromptedModel, situation: ArmSituation): Arm {
  const { spec } = model;
  const { headroom, nowMs } = situation;
  const mostBytes = requestBytesOf(model.prompt);
  const prompt = {
    ...model.prompt,
    // Our bound for images of a model that is not known is far above what such models count.
    tokens: model.prompt.tokens - mediaTokensOf(model.prompt.images),
    frame: situation.frame,
    extraBodyBytes: spec.extraBodyBytes,
    retryBytes: situation.failed.length === 0 ? 0 : RETRY_BYTES,
  };
  const learned = situation.posteriors.find((row) => isOf(spec, row));
  const length = answerLength(model, situation);
  const count = situation.counts.find((each) => isOf(spec, each));
  const bound = inputBound(spec.rates, prompt, {
    report: situation.reports.find((report) => isOf(spec, report)),
    count,
  });
  const { outputTokens, ...offer } = offerOf(spec, bound, length, headroom.freeNano);
  const hopedTokens = offerOf(spec, hopedBound(model), length, headroom.freeNano).outputTokens ?? 0;
  const referenceCostNano = costNanoUsd(spec.rates, {
    inputTokens: model.prompt.tokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: REFERENCE_OUTPUT_TOKENS,
  });
  const costRatio = learned === undefined ? NO_COST_RATIO : costRatioOf(learned);
  return {
    key: `${spec.provider}/${spec.model}`,
    spec,
    prompt: model.prompt,
    posterior: learned === undefined ? priorPosterior(nowMs) : decayed(learned, nowMs),
    referenceCostNano,
    costRatio,
    expectedCostNano: BigInt(Math.round(Number(referenceCostNano) * estimate(costRatio).ratio)),
    inputBound: bound,
    requestBytes:
      count !== undefined && bound.by === count.state ? countedRequestBytes(prompt, mostBytes, count) : mostBytes,
    ...offer,
    maxTokens: outputTokens ?? length.least,
    wantedTokens: length.wanted,
    isShortOfMoney: (outputTokens ?? 0) < Math.min(length.wanted, USUAL_OUTPUT_TOKENS),
    gainsByCount:
      isUncounted(count, prompt.window) && hopedTokens > 0 && hopedTokens >= LEAST_GAIN * (outputTokens ?? 0),
    obstacle:
      unfitness(model, situation, length) ??
      outage(spec, situation.circuits) ??
      (outputTokens === undefined ? shortage(spec, situation.headroom, bound, length) : undefined),
  };
}

/** How many tokens of an answer are asked for where there is money enough, and below which number none are asked for. */
interface AnswerLength {
  readonly wanted: number;
  readonly least: number;
}

/**
 * An answer of the same turn that money cut to nothing of use is only tried again where it can be twice as long. So money, and
 * not the model, is what stands against this arm.
 */
function answerLength(model: PromptedModel, situation: ArmSituation): AnswerLength {
  const wanted = wantedOutputTokens(model, situation);
  const cutAt = situation.failed.flatMap((failure) => (isOf(model.spec, failure) ? (failure.cutAtTokens ?? []) : []));
  return { wanted, least: Math.min(wanted, Math.max(LEAST_OUTPUT_TOKENS, 2 * Math.max(0, ...cutAt))) };
}

/** What a count would probably say. */
function hopedBound({ spec, prompt }: PromptedModel): Pick<InputBound, 'tokens'> {
  return { tokens: prompt.tokens + spec.rates.hiddenInputTokens };
}

/**
 * The longest answer that is asked for: what agent or run and the model allow, and no more than what the prompt leaves of
 * the context window. Servers refuse a request whose prompt and `max_tokens` together exceed it.
 */
function wantedOutputTokens({ spec, prompt }: PromptedModel, { maxOutputTokens }: ArmSituation): number {
  const allowed = Math.min(maxOutputTokens ?? spec.maxOutputTokens, spec.maxOutputTokens);
  const room = Math.floor(spec.contextWindow - (prompt.tokens * TOKENIZER_PERCENT) / 100);
  return Math.min(allowed, Math.max(room, LEAST_OUTPUT_TOKENS));
}

/**
 * A model that can't hold what the turn is about, the current results and what the user wrote, steps aside while another can
 * serve the turn that holds it.
 */
export function sparingCutPrompts(arms: readonly Arm[]): Arm[] {
  const isWhole = ({ obstacle, prompt }: Arm) => obstacle === undefined && prompt.loss !== 'current';
  if (!arms.some(isWhole)) return [...arms];
  return arms.map((arm) =>
    arm.obstacle === undefined && arm.prompt.loss === 'current'
      ? { ...arm, obstacle: { kind: 'unfit', why: 'prompt_too_long' } }
      : arm,
  );
}

/**
 * Models that take images go before others as long as the latest message has some: those step aside that would be shown fewer
 * of them than another that can serve the turn. A model without images is given lines in their place.
 */
export function preferringImages(arms: readonly Arm[]): Arm[] {
  const able = arms.filter(({ obstacle }) => obstacle === undefined);
  const most = Math.max(0, ...able.map(({ prompt }) => latestMessageImages(prompt)));
  return arms.map((arm) =>
    arm.obstacle === undefined && latestMessageImages(arm.prompt) < most
      ? { ...arm, obstacle: { kind: 'unfit', why: 'images_not_shown' } }
      : arm,
  );
}

/** Upper bound of the body of a request in bytes, images included. */
function requestBytesOf({ bytes, images }: Pick<ArmPrompt, 'bytes' | 'images'>): number {
  return images.reduce((sum, image) => sum + image.bytes, bytes);
}

/** An arm as the selection keeps it. @param draw null when none was made */
export function candidateOf(arm: Arm, draw: number | null): SelectionCandidate {
  return {
    provider: arm.spec.provider,
    model: arm.spec.model,
    draw,
    posteriorMean: arm.posterior.mean,
    expectedCostNano: String(arm.expectedCostNano),
    referenceCostNano: String(arm.referenceCostNano),
    costRatio: arm.costRatio,
    inputBound: arm.inputBound,
    leastCostNano: String(arm.leastCostNano),
    wholeCostNano: String(arm.wholeCostNano),
    promptTokens: arm.prompt.tokens,
    maxTokens: arm.maxTokens,
    loss: arm.prompt.loss,
    eligible: arm.obstacle === undefined,
    why: arm.obstacle?.why,
  };
}

/** True when nothing but money can keep the arm from serving the turn. */
export function canServeIfPaid({ obstacle }: Pick<Arm, 'obstacle'>): boolean {
  return obstacle === undefined || obstacle.kind === 'reserved' || obstacle.kind === 'spent';
}

/** The cost of the next request at least: the smallest of the arms that only money can keep from serving it. */
export function leastCostOf(arms: readonly Pick<Arm, 'leastCostNano' | 'obstacle'>[]): bigint | undefined {
  return least(arms.filter(canServeIfPaid).map(({ leastCostNano }) => leastCostNano));
}

function unfitness(
  { spec, prompt }: PromptedModel,
  { failed, frame }: ArmSituation,
  length: AnswerLength,
): Obstacle | undefined {
  const lasting = lastingFailure(failed.filter((failure) => isOutOf(failure, spec) && failure.cutAtTokens == null));
  if (lasting !== undefined) return { kind: 'unfit', why: lasting };
  if (frame.toolCount > 0 && !spec.capabilities.includes('tools')) return { kind: 'unfit', why: 'no_tools' };
  if (prompt.tokens + Math.min(length.wanted, LEAST_OUTPUT_TOKENS) > spec.contextWindow) {
    return { kind: 'unfit', why: 'prompt_too_long' };
  }
  return undefined;
}

function outage(spec: ArmModel, circuits: readonly OpenCircuit[]): Obstacle | undefined {
  const open = circuits.filter((each) => isOutOf(each, spec));
  const circuit = open.find(({ lastType }) => !isPassingFailure(lastType)) ?? open[0];
  if (circuit === undefined) return undefined;
  const why = circuit.lastType;
  return isPassingFailure(why) ? { kind: 'down', why, forMs: circuit.openForMs } : { kind: 'unfit', why };
}

function shortage(spec: ArmModel, headroom: Headroom, bound: InputBound, length: AnswerLength): Obstacle {
  const onceReleased = offerOf(spec, bound, length, headroom.unspentNano);
  return onceReleased.outputTokens === undefined
    ? { kind: 'spent', why: 'worst_case_exceeds_budget' }
    : { kind: 'reserved', why: 'budget_reserved_elsewhere' };
}

function offerOf(
  spec: ArmModel,
  bound: Pick<InputBound, 'tokens'>,
  length: AnswerLength,
  availableNano: bigint | undefined,
): RequestOffer {
  return requestOffer(spec, { mostInputTokens: bound.tokens, ...length, availableNano });
}

function isOf(spec: ArmModel, record: { readonly provider: string; readonly model: string }): boolean {
  return record.provider === spec.provider && record.model === spec.model;
}
