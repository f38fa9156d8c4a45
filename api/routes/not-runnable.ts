import type { ErrorCode } from '../../contract/error.ts';

/** The codes that refuse every request which has a session run: a start, a retry, a rewind, a fork and a replay. */
export const NOT_RUNNABLE = [
  'agent_not_found',
  'agent_suspended',
  'agent_terminated',
  'budget_exhausted',
  'no_provider',
  'unknown_model',
  'too_many_sessions',
] as const satisfies ErrorCode[];
