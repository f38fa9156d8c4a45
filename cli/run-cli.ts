import type { CliIo } from './cli-io.ts';
import type { ExitCode } from './exit-code.ts';
import { failureOf } from './failure.ts';
import { plainText } from './output/plain-text.ts';
import { createProgram } from './program.ts';

/** Runs one command. It never rejects. @param argv without the program */
export async function runCli(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  const { program, exitCode } = createProgram(io);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode();
  } catch (error) {
    const failure = failureOf(error);
    if (failure.message !== undefined) io.stderr.write(`agent-runs: ${plainText(failure.message)}\n`);
    return failure.exitCode;
  }
}
