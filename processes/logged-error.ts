import { causesOf, codeOf } from './error-cause.ts';

/** An error as logs may show it. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly stack?: string | undefined;
  readonly cause?: LoggedError | undefined;
}

const MAX_CAUSES = 5;

/**
 * The part of an error that a log line holds, for pino's `serializers.err`. It leaves out all other properties, because Postgres
 * quotes rows in them, and HTTP libraries quote headers (I10).
 */
export function loggedError(error: unknown): LoggedError {
  const [thrown, ...causes] = causesOf(error);
  const cause = causes.slice(0, MAX_CAUSES).reduceRight<LoggedError | undefined>(shown, undefined);
  return shown(cause, thrown);
}

function shown(cause: LoggedError | undefined, error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'Something that is no Error was thrown.' };
  return { type: error.name, message: error.message, code: codeOf(error), stack: error.stack, cause };
}
