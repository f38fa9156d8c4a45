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
const BROKEN_FOR_ALL: ReadonlySet<string> = new Set([
  'model.unauthorized',
  'model.quota_exhausted',
  'model.not_found',
  'model.address_blocked',
  'model.tls_failed',
]);

/** Failures of an attempt in this turn that say nothing about the arm. */
const NOT_OF_THE_ARM: ReadonlySet<string> = new Set(['budget.exhausted', 'model.fenced']);

/** Answers that are of no use. They may come out better the next time, with a word on what was wrong. */
const TRIED_ONCE_MORE: ReadonlySet<string> = new Set(['model.malformed_answer', 'model.empty_answer']);

/** Each refusal of a prompt as too long costs nothing and makes the next one shorter. This often, it is not the length. */
const TOO_LONG = 'model.context_too_long';
const PROMPTS_TOO_LONG = 4;

/** An arm whose answers are of no use this often in one turn gets no further try in it: each of them is paid for. */
const USELESS_ANSWERS = 2;
/** The same for answers that break off, each at another place. */
const BROKEN_ANSWERS = 4;

const BROKEN_ARM_MS = 60_000;
/** The limit of a pause, however long a provider asks to be left alone. */
const LONGEST_OUTAGE_MS = 300_000;

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

/** In place of a model: the outage is one of the key or its account, and so of every model that is dialled with it. */
export const EVERY_MODEL = '';

interface ModelName {
  readonly provider: string;
  readonly model: string;
}

/** True when an outage is one of this model as it is dialled now: that of another key or address is not. */
export function isOutOf(
  outage: ModelName & { readonly connection?: string | null | undefined },
  spec: ModelName & { readonly connection: string },
): boolean {
  const { connection } = outage;
  return (
    outage.provider === spec.provider &&
    (outage.model === spec.model || outage.model === EVERY_MODEL) &&
    (connection == null || connection === spec.connection)
  );
}

/** What HEARTBEAT says about the models that are out, as far as the run may use them: others are no loss to it. */
export function outageWarnings(
  down: readonly (ModelName & { readonly type: string; readonly connection?: string | null })[],
  usable: readonly (ModelName & { readonly connection: string })[],
): string[] {
  return down
    .filter((arm) => usable.some((spec) => isOutOf(arm, spec)))
    .map(({ provider, model, type }) =>
      model === EVERY_MODEL
        ? `Every model of ${provider} is down (${type}).`
        : `Model ${model} of ${provider} is down (${type}).`,
    );
}

/** A failure of an arm in one turn. */
export interface ArmFailure {
  readonly type: string;
  /** How many tokens of an answer had arrived. Null where there was none. */
  readonly tokensReceived?: number | null;
  /** Set where the answer was as long as the money that was left allowed, and therefore of no use: so many tokens. */
  readonly cutAtTokens?: number | null;
}

/**
 * Why an arm is out of a turn for good: a failure in it that no retry mends, or too many answers that were paid for in
 * vain. An answer that breaks off at the same place twice would do so for ever.
 */
export function lastingFailure(failures: readonly ArmFailure[]): string | undefined {
  const types = failures.map(({ type }) => type);
  const isLasting = (type: string) =>
    !PASSING.has(type) && !NOT_OF_THE_ARM.has(type) && !TRIED_ONCE_MORE.has(type) && type !== TOO_LONG;
  const lasting = types.find(isLasting);
  if (lasting !== undefined) return lasting;
  if (types.filter((type) => type === TOO_LONG).length >= PROMPTS_TOO_LONG) return TOO_LONG;
  const useless = types.filter((type) => TRIED_ONCE_MORE.has(type));
  if (useless.length >= USELESS_ANSWERS) return useless.at(-1);
  const broken = failures.filter(({ type }) => type === 'model.interrupted');
  const places = broken.flatMap(({ tokensReceived }) => tokensReceived ?? []);
  const breaksOffThere = new Set(places).size < places.length;
  return breaksOffThere || broken.length >= BROKEN_ANSWERS ? 'model.interrupted' : undefined;
}
