import { parseArgs } from 'node:util';
import { readStackOptions } from './options.ts';
import { startStack } from './start.ts';
import { runUntilSignalled } from './supervise/run-until-signalled.ts';
import { USAGE } from './usage.ts';

await runUntilSignalled(async (signal, log) => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    process.stdout.write(USAGE);
    return undefined;
  }
  const stack = await startStack({ ...readStackOptions(process.env), log }, signal);
  process.stdout.write(`ready ${stack.baseUrl ?? 'worker'}\n`);
  return stack;
});
