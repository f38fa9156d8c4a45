/**
 * `npm run soak:long`: sessions of 1,000 turns on every size of context window, against strict servers, under faults.
 * The last line of standard output is one line of JSON. `--turns 200 --seed 7 --windows 8000,32000 --faults 3`
 */
import { describeMetrics } from '../../bench/metric.ts';
import { startTestStack } from '../support/stack.ts';
import { growth, runLongSoak } from './long-soak.ts';
import { soakSettings } from './settings.ts';

const settings = soakSettings(process.argv.slice(2));
const log = (line: string) => process.stderr.write(`soak: ${line}\n`);
log(`--seed ${settings.seed} --turns ${settings.turns} --windows ${settings.windows} --faults ${settings.faults}`);

const stack = await startTestStack();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stack.stop().then(() => process.exit(130)));
}
try {
  const metrics = await runLongSoak(stack, settings, log);
  for (const line of describeMetrics(metrics)) log(line);
  const grown = growth(metrics, settings);
  for (const line of grown) log(line);
  process.exitCode = grown.length === 0 ? 0 : 1;
  process.stdout.write(`${JSON.stringify(metrics)}\n`);
} catch (error) {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  log(`The run fails. --seed ${settings.seed} repeats it, but not the exact moments of its faults.`);
  process.exitCode = 1;
} finally {
  await stack.stop();
}
process.exit();
