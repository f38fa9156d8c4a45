import { CommanderError } from 'commander';
import { codeOf } from '../processes/error-cause.ts';
import { BrainstormRouterError } from '../sdk/typescript/src/index.ts';
import { CliError } from './cli-error.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

export interface Failure {
  readonly exitCode: ExitCode;
  /** Nothing is left to be said where this is absent. */
  readonly message?: string | undefined;
}

/** Maps whatever a command failed with to its exit code and the message that goes to standard error. */
export function failureOf(error: unknown): Failure {
  // The program that reads our output has enough of it, as `head` does.
  if (codeOf(error) === 'EPIPE') return { exitCode: EXIT.done };
  if (error instanceof CliError) return { exitCode: error.exitCode, message: error.message };
  // Commander has shown the help, or its message, already.
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? EXIT.done : EXIT.usage };
  if (error instanceof BrainstormRouterError)
    return { exitCode: exitCodeOfRefusal(error), message: sentencesOf(error) };
  return { exitCode: EXIT.error, message: error instanceof Error ? error.message : String(error) };
}

function exitCodeOfRefusal({ kind, status }: BrainstormRouterError): ExitCode {
  if (kind === 'usage') return EXIT.usage;
  switch (status) {
    case 400:
    case 422:
      return EXIT.usage;
    case 401:
    case 403:
      return EXIT.auth;
    case 402:
      return EXIT.budget;
    default:
      return EXIT.error;
  }
}

function sentencesOf(error: BrainstormRouterError): string {
  const { code, param, requestId, recovery, cause } = error;
  const facts = [code, param === undefined ? undefined : `field ${param}`, requestId].filter(Boolean).join(', ');
  const because = error.kind === 'connection' && cause instanceof Error ? ` ${reasonOf(cause)}` : '';
  const advice = recovery === undefined ? '' : `\n  ${recovery.action}`;
  return `${error.message}${because}${facts === '' ? '' : ` (${facts})`}${advice}`;
}

/** `fetch` says "fetch failed", and its cause says why. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || String(codeOf(error.cause) ?? '') : error.message;
}
