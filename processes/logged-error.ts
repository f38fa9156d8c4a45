import { causesOf, codeOf } from './error-cause.ts';

/** An error as logs may show it. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly stack?: string | undefined;
  readonly cause?: LoggedError | undefined;
}

/** The place that an error came from, without its words. */
export interface StackOfError {
  readonly type: string;
  readonly code?: string | undefined;
  readonly stack: readonly string[];
  readonly cause?: StackOfError | undefined;
}

const MAX_CAUSES = 5;
const MAX_FRAMES = 10;
const FRAME = /^\s+at /;

/**
 * An error of something that handles ids only, as a log line holds it. It leaves out all properties but these, because
 * Postgres quotes rows in them, and HTTP libraries quote headers (I10).
 */
export function loggedError(error: unknown): LoggedError {
  return alongCauses<LoggedError>(error, (each, cause) => {
    if (!(each instanceof Error)) return { type: typeof each, message: 'Something that is no Error was thrown.' };
    return { type: each.name, message: each.message, code: codeOf(each), stack: each.stack, cause };
  });
}

/**
 * An error of something that handles content. Its message is left out: JSON.parse quotes the text in it, fetch the value
 * of a header, and Postgres a value (I10). The frames say which code threw, and that code says what it means.
 */
export function stackOfError(error: unknown): StackOfError {
  return alongCauses<StackOfError>(error, (each, cause) => {
    if (!(each instanceof Error)) return { type: typeof each, stack: [] };
    const { name, message, stack = '' } = each;
    // The stack repeats the message, and a line of the message may look like a frame.
    const lines = stack.split('\n').filter((line) => FRAME.test(line) && !message.includes(line));
    return { type: name, code: codeOf(each), stack: lines.slice(0, MAX_FRAMES).map((line) => line.trim()), cause };
  });
}

function alongCauses<Shown>(error: unknown, show: (error: unknown, cause: Shown | undefined) => Shown): Shown {
  const [thrown, ...causes] = causesOf(error);
  const cause = causes.slice(0, MAX_CAUSES).reduceRight<Shown | undefined>((of, each) => show(each, of), undefined);
  return show(thrown, cause);
}
