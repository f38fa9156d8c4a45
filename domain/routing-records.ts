import type { CostRatio } from './cost-ratio.ts';
import type { InputBound } from './input-bound.ts';
import type { ArmFailure } from './model-outage.ts';
import type { Posterior } from './posterior.ts';
import type { SizedWindow } from './transcript-window.ts';

/** What was learned about a model for turns of one task class. */
export interface PosteriorRecord extends Posterior {
  readonly provider: string;
  readonly model: string;
  /** The three statistics of a `CostRatio`. */
  readonly costN: number;
  readonly costMeanLog: number;
  readonly costM2Log: number;
}

/** What a request failed with, in words that may be shown. */
export interface KeptFailure {
  readonly type: string;
  /** The HTTP status, where there was a response. */
  readonly status?: number | null | undefined;
  /** Absent in rows of a version that kept none. */
  readonly message?: string | null | undefined;
}

/** What put a model out, beside its type. */
export interface KeptOutage extends Omit<KeptFailure, 'type'> {
  /** The model that met the failure. Absent in rows of a version that kept none. */
  readonly model?: string | undefined;
}

/** A model that is out after failures, for all sessions of the tenant. */
export interface OpenCircuit {
  readonly provider: string;
  /** `EVERY_MODEL` where the failure was one of the key or its account. */
  readonly model: string;
  /** Measured by the clock of Postgres: a worker's clock may be seconds off. */
  readonly openForMs: number;
  /** The address and key that failed. Null in rows of a version that kept none. */
  readonly connection?: string | null | undefined;
  readonly lastType: string;
  /** Null in rows of a version that kept none. */
  readonly lastFailure?: KeptOutage | null | undefined;
}

/** A selection of the turn that failed. */
export interface FailedSelection extends KeptFailure, ArmFailure {
  /** The address and key with which it failed. Null where none was dialled, and in rows of a version that kept none. */
  readonly connection?: string | null | undefined;
  readonly selection: number;
  readonly provider: string;
  readonly model: string;
}

/** A candidate as the selection keeps it: the event shows it, and the savings of the turn are computed from it. */
export interface SelectionCandidate {
  readonly provider: string;
  readonly model: string;
  /** Null when no draw was made. */
  readonly draw: number | null;
  readonly posteriorMean: number;
  readonly expectedCostNano: string;
  /** The turn at this model's prices, before what was learned is applied (domain/cost-ratio.ts). */
  readonly referenceCostNano: string;
  readonly costRatio: CostRatio;
  /** Absent in selections of versions before. */
  readonly inputBound?: InputBound | undefined;
  /** What the request needs with the shortest answer that is of use. Absent in selections of versions before. */
  readonly leastCostNano?: string | undefined;
  /** The same with an answer as long as it may be. Absent in selections of versions before. */
  readonly wholeCostNano?: string | undefined;
  /** Tokens of the prompt by our own count. Absent in selections of versions before, as are the next two. */
  readonly promptTokens?: number | undefined;
  /** The most tokens of an answer. */
  readonly maxTokens?: number | undefined;
  /** What the prompt lacks (domain/transcript-window.ts). */
  readonly loss?: SizedWindow['loss'] | undefined;
  readonly eligible: boolean;
  readonly why?: string | undefined;
}
