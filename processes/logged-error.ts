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
 * Error → what a log line holds of it: never the other properties, in which Postgres quotes rows and HTTP libraries
 * headers (I10). For pino's `serializers.err`.
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
