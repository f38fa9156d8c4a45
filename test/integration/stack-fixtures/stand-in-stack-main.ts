import { runUntilSignalled } from '../../../stack/run-until-signalled.ts';
import { startStack } from '../../../stack/start-stack.ts';
import { standInStack } from './stand-in-stack.ts';

await runUntilSignalled(async (signal, log) => {
  const [home = ''] = process.argv.slice(2);
  const stack = await startStack({ ...standInStack(home), log }, signal);
  process.stdout.write(`ready ${stack.baseUrl}\n`);
  return stack;
});
