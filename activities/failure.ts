import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { isPassingDatabaseError } from '../db/passing-error.ts';
import { codeOf } from '../processes/error-cause.ts';

/**
 * The one mapper from what a stage throws to what Temporal sees: a dotted type, and whether another try may help. The
 * message repeats the type, and there is no cause and no stack: a history holds no text, neither ours nor that of users
 * (I10).
 */
export function stageFailure(error: unknown): CancelledFailure | ApplicationFailure {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  const passing = isPassingDatabaseError(error);
  const type = passing ? 'database.unavailable' : `internal.${error instanceof Error ? dashed(error.name) : 'unknown'}`;
  const failure = ApplicationFailure.create({ message: type, type, nonRetryable: !passing && isBug(error) });
  failure.stack = '';
  return failure;
}

/** True for an error that would occur again on every try. Everything else is tried again. */
function isBug(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) return true;
  // The classes of SQLSTATE for errors of data, of integrity and of syntax.
  return /^(22|23|42)[0-9A-Z]{3}$/.test(codeOf(error) ?? '');
}

function dashed(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}
