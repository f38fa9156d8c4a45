import { EXIT, type ExitCode } from './exit-code.ts';

/** Why a command cannot do what it was asked for, in sentences for the person who called it. */
export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.error) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** The arguments are wrong, and nothing was done. */
export function usageError(message: string): CliError {
  return new CliError(message, EXIT.usage);
}
