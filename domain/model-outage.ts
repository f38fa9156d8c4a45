import { backoffMs } from './backoff.ts';

/** Failures that pass by themselves: the arm is out until its circuit closes. */
const PASSING: ReadonlySet<string> = new Set([
  'model.rate_limited',
  'model.overloaded',
  'model.unreachable',
  'model.interrupted',
  'model.timed_out',
]);

/** Failures that every turn would meet and only a person mends: for a while other turns do not try the arm. */
const BROKEN_FOR_ALL: ReadonlySet<string> = new Set(['model.unauthorized', 'model.quota_exhausted']);

/** Failures of an attempt in this turn that say nothing about the arm. */
const NOT_OF_THE_ARM: ReadonlySet<string> = new Set(['budget.exhausted', 'model.fenced']);

/**
 * An arm whose answers break off this often in one turn gets no further try in it: each of those answers is paid for.
 */
const BROKEN_ANSWERS = 4;

const BROKEN_ARM_MS = 60_000;
/** The limit of a pause, however long a provider asks to be left alone. */
const LONGEST_OUTAGE_MS = 300_000;

/**
 * The type under which a failure is kept. A quota that is used up is answered with 429 too, but waiting does not mend
 * it.
 */
export function keptFailureType(failure: { readonly type: string; readonly transient: boolean }): string {
  return failure.type === 'model.rate_limited' && !failure.transient ? 'model.quota_exhausted' : failure.type;
}

/** True when the arm is only down for now; false when no retry mends it. */
export function isPassingFailure(type: string): boolean {
  return PASSING.has(type);
}

/** True for a failure that concerns other turns as well: they leave the arm alone for `outageMs`. */
export function opensCircuit(type: string): boolean {
  return PASSING.has(type) || BROKEN_FOR_ALL.has(type);
}

/**
 * How long an arm is out after `failures` failures in a row: for one that passes as long as the provider asks, but at
 * least half a second, doubling up to thirty; a minute for one that a person has to mend.
 */
export function outageMs(type: string, failures: number, retryAfterMs = 0): number {
  if (!PASSING.has(type)) return BROKEN_ARM_MS;
  const ownMs = backoffMs(failures, { initialMs: 500, maxMs: 30_000 });
  return Math.min(Math.max(ownMs, retryAfterMs), LONGEST_OUTAGE_MS);
}

/** What HEARTBEAT says about an arm that is out. */
export function outageWarning(arm: {
  readonly provider: string;
  readonly model: string;
  readonly type: string;
}): string {
  return `Model ${arm.model} of ${arm.provider} is down (${arm.type}).`;
}

/** Why an arm is out of a turn for good: a failure in it that no retry mends, or too many answers that broke off. */
export function lastingFailure(types: readonly string[]): string | undefined {
  const lasting = types.find((type) => !PASSING.has(type) && !NOT_OF_THE_ARM.has(type));
  if (lasting !== undefined) return lasting;
  const broken = types.filter((type) => type === 'model.interrupted').length;
  return broken >= BROKEN_ANSWERS ? 'model.interrupted' : undefined;
}
