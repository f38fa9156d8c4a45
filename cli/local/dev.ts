import { readStackOptions } from '../../stack/options.ts';
import { startStack } from '../../stack/start.ts';
import { runUntilSignalled } from '../../stack/supervise/run-until-signalled.ts';
import { USAGE } from '../../stack/usage.ts';
import type { CliIo } from '../cli-io.ts';

/** Starts the stack and serves until the process is signalled, which ends it. */
export async function serve({ env, stdout }: CliIo): Promise<void> {
  await runUntilSignalled(async (signal, log) => {
    const stack = await startStack({ ...readStackOptions(env), log }, signal);
    stdout.write(`ready ${stack.baseUrl ?? 'worker'}\n`);
    return stack;
  });
}

/** The help of the command, with all settings of the stack. */
export { USAGE };
