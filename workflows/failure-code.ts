import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

/** The dotted type of what a stage failed with: all that a client and the history learn of it (I10). */
export function failureCode(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && typeof cause.type === 'string') return cause.type;
  return 'internal.unexpected';
}
