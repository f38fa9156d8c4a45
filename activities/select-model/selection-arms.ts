import type { Account } from '../../db/queries/ledger.ts';
import type { PosteriorRow, SelectionCandidate } from '../../db/queries/routing.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import type { SelectionInputs } from '../../db/queries/turn-to-select.ts';
import { paidNano } from '../../domain/budget.ts';
import { type CostRatio, estimate, NO_COST_RATIO } from '../../domain/cost-ratio.ts';
import { isPassingFailure, lastingFailure } from '../../domain/model-outage.ts';
import { decayed, type Posterior, priorPosterior } from '../../domain/posterior.ts';
import { affordableOutputTokens, costNanoUsd, worstCaseNanoUsd } from '../../domain/prices.ts';
import type { ConnectedProvider, OfferedModel } from '../../models/model-registry.ts';
import type { StageDeps } from '../stage-deps.ts';

/** Why an arm can't serve the turn: for good, until its circuit closes, until money is released, or never within the cap. */
export type Obstacle =
  | { readonly kind: 'unfit' | 'reserved' | 'spent'; readonly why: string }
  | { readonly kind: 'down'; readonly why: string; readonly forMs: number };

export interface Arm {
  readonly key: string;
  readonly spec: OfferedModel;
  readonly posterior: Posterior;
  readonly referenceCostNano: bigint;
  readonly costRatio: CostRatio;
  readonly expectedCostNano: bigint;
  /** What is reserved when this arm is chosen: covers `maxTokens` of output. */
  readonly worstCaseNano: bigint;
  readonly maxTokens: number;
  readonly obstacle?: Obstacle;
}

type PromptSize = NonNullable<SelectionInputs['prompt']>;

export interface Headroom {
  /** cap − paid − reserved of the tighter account; undefined: no cap. */
  readonly freeNano: bigint | undefined;
  /** cap − paid of the tighter account. */
  readonly unspentNano: bigint | undefined;
}

/** An answer cut shorter than this is of no use. */
const LEAST_OUTPUT_TOKENS = 256;
/** The answer that costs are compared at before anything is learned. */
const REFERENCE_OUTPUT_TOKENS = 400;

export function headroomOf(accounts: readonly Account[]): Headroom {
  const capped = accounts.flatMap((account) =>
    account.capNano === null ? [] : [{ ...account, capNano: account.capNano }],
  );
  return {
    freeNano: least(capped.map((account) => account.capNano - paidNano(account) - account.reservedNano)),
    unspentNano: least(capped.map((account) => account.capNano - paidNano(account))),
  };
}

/** Every model the run may use, with what stands against it now. */
export function armsOf(
  deps: StageDeps,
  at: {
    providers: readonly ConnectedProvider[];
    session: SessionRow;
    prompt: PromptSize;
    inputs: SelectionInputs;
    headroom: Headroom;
  },
): Arm[] {
  const offered = deps.registry.offeredModels(at.providers, at.session.models);
  const posteriorOf = new Map(at.inputs.posteriors.map((row) => [`${row.provider}/${row.model}`, row]));
  return offered.map((spec) => armOf(deps, spec, posteriorOf.get(`${spec.provider}/${spec.model}`), at));
}

function armOf(
  deps: StageDeps,
  spec: OfferedModel,
  learned: PosteriorRow | undefined,
  at: { prompt: PromptSize; inputs: SelectionInputs; headroom: Headroom },
): Arm {
  const { prompt } = at;
  const wanted = Math.min(deps.limits.maxOutputTokens, spec.maxOutputTokens);
  const requestBytes = prompt.promptBytes;
  const floor = LEAST_OUTPUT_TOKENS;
  const maxTokensWithin = (availableNano: bigint | undefined) =>
    availableNano === undefined
      ? wanted
      : affordableOutputTokens(spec.rates, { requestBytes, availableNano, wanted, floor });
  const { freeNano, unspentNano } = at.headroom;
  const affordable = maxTokensWithin(freeNano);
  const maxTokens = affordable ?? LEAST_OUTPUT_TOKENS;
  const referenceCostNano = costNanoUsd(spec.rates, {
    inputTokens: prompt.promptTokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: REFERENCE_OUTPUT_TOKENS,
  });
  const costRatio: CostRatio =
    learned === undefined
      ? NO_COST_RATIO
      : { n: learned.costN, meanLog: learned.costMeanLog, m2Log: learned.costM2Log };
  const nowMs = deps.nowMs();
  const obstacle =
    unfitness(spec, at, wanted) ??
    outage(spec, at.inputs) ??
    (affordable === undefined ? shortage(maxTokensWithin(unspentNano) !== undefined) : undefined);
  return {
    key: `${spec.provider}/${spec.model}`,
    spec,
    posterior: learned === undefined ? priorPosterior(nowMs) : decayed(learned, nowMs),
    referenceCostNano,
    costRatio,
    expectedCostNano: BigInt(Math.round(Number(referenceCostNano) * estimate(costRatio).ratio)),
    worstCaseNano: worstCaseNanoUsd(spec.rates, requestBytes, maxTokens),
    maxTokens,
    ...(obstacle === undefined ? {} : { obstacle }),
  };
}

/** An arm as the selection keeps it. @param draw null: none was made */
export function candidateOf(arm: Arm, draw: number | null): SelectionCandidate {
  return {
    provider: arm.spec.provider,
    model: arm.spec.model,
    draw,
    posteriorMean: arm.posterior.mean,
    expectedCostNano: String(arm.expectedCostNano),
    referenceCostNano: String(arm.referenceCostNano),
    costRatio: arm.costRatio,
    eligible: arm.obstacle === undefined,
    ...(arm.obstacle === undefined ? {} : { why: arm.obstacle.why }),
  };
}

function unfitness(
  spec: OfferedModel,
  at: { prompt: PromptSize; inputs: SelectionInputs },
  wantedTokens: number,
): Obstacle | undefined {
  const failures = at.inputs.failed.filter(
    (failed) => failed.provider === spec.provider && failed.model === spec.model,
  );
  const lasting = lastingFailure(failures.map((failed) => failed.type));
  if (lasting !== undefined) return { kind: 'unfit', why: lasting };
  const { prompt } = at;
  if (prompt.toolCount > 0 && !spec.capabilities.includes('tools')) return { kind: 'unfit', why: 'no_tools' };
  if (prompt.promptTokens + Math.min(wantedTokens, LEAST_OUTPUT_TOKENS) > spec.contextWindow) {
    return { kind: 'unfit', why: 'prompt_too_long' };
  }
  return undefined;
}

function outage(spec: OfferedModel, inputs: SelectionInputs): Obstacle | undefined {
  const circuit = inputs.circuits.find((open) => open.provider === spec.provider && open.model === spec.model);
  if (circuit === undefined) return undefined;
  const why = circuit.lastType;
  return isPassingFailure(why) ? { kind: 'down', why, forMs: circuit.openForMs } : { kind: 'unfit', why };
}

function shortage(fitsOnceReleased: boolean): Obstacle {
  return fitsOnceReleased
    ? { kind: 'reserved', why: 'budget_reserved_elsewhere' }
    : { kind: 'spent', why: 'worst_case_exceeds_budget' };
}

function least(values: readonly bigint[]): bigint | undefined {
  return values.reduce<bigint | undefined>((low, value) => (low === undefined || value < low ? value : low), undefined);
}
