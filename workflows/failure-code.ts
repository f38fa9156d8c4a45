import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

/** The dotted type of a stage's failure. Clients and the history learn nothing else about it (I10). */
export function failureCode(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && typeof cause.type === 'string') return cause.type;
  return 'internal.unexpected';
}
