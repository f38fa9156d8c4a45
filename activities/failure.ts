import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { passingTrouble } from '../db/passing-error.ts';
import { codeOf } from '../processes/error-cause.ts';

/** The kind of reason for which a stage failed. It decides what follows. */
export type StageFault =
  /** Postgres is away or a rival is in the way: the stage is tried again, without end, because that passes. */
  | 'others'
  /** The stage asked for more than may be had. It may be the fault of a Postgres that is too slow for everybody. */
  | 'itself'
  /** Nobody knows. It is an error of ours, which may or may not come again. */
  | 'unknown'
  /** It is an error of ours that would come again on every try. */
  | 'bug';

/**
 * The one mapper from what a stage throws to what Temporal sees: a dotted type, and whether another try may help. The
 * message repeats the type, and there is no cause and no stack: a history holds no text, neither ours nor that of users
 * (I10).
 */
export function stageFailure(error: unknown): CancelledFailure | ApplicationFailure {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  const fault = stageFault(error);
  return failureOf(typeOf(error, fault), fault === 'bug');
}

/** The same failure for a stage that is not tried again. Its type names the stage, which the session's end repeats. */
export function lastFailure({ type }: ApplicationFailure, stage: string): ApplicationFailure {
  return failureOf(`${type ?? 'internal.unknown'}${AT_STAGE}${stage}`, true);
}

/** The failure of a stage that Temporal gave up on each time. */
export function timedOutFailure(stage: string): ApplicationFailure {
  return failureOf(`stage.timed_out${AT_STAGE}${stage}`, true);
}

const AT_STAGE = '@';

/** The code and the stage of a failure's type. */
export function codeAndStage(type: string): { readonly code: string; readonly stage: string | undefined } {
  const [code = type, stage] = type.split(AT_STAGE);
  return { code, stage };
}

export function stageFault(error: unknown): StageFault {
  if (OWN_LIMITS.test(codeOf(error) ?? '')) return 'itself';
  if (passingTrouble(error) !== undefined) return 'others';
  return isBug(error) ? 'bug' : 'unknown';
}

/**
 * SQLSTATEs for what a statement brings upon itself: it took too long, used all memory, or is beyond a limit of Postgres. A wait
 * for a lock has a code of its own.
 */
const OWN_LIMITS = /^(?:57014|53200|54[0-9A-Z]{3})$/;

function typeOf(error: unknown, fault: StageFault): string {
  switch (fault) {
    case 'others':
      return 'database.unavailable';
    case 'itself':
      return 'stage.too_much';
    case 'unknown':
    case 'bug':
      return `internal.${error instanceof Error ? dashed(error.name) : 'unknown'}`;
  }
}

function failureOf(type: string, nonRetryable: boolean): ApplicationFailure {
  const failure = ApplicationFailure.create({ message: type, type, nonRetryable });
  failure.stack = '';
  return failure;
}

/** True for an error that would occur again on every try. */
function isBug(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) return true;
  // The classes of SQLSTATE for errors of data, of integrity and of syntax.
  return /^(22|23|42)[0-9A-Z]{3}$/.test(codeOf(error) ?? '');
}

function dashed(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}
