/**
 * Runs the benchmarks of what operators do with sessions one after the other, each in its own process, and prints their metrics
 * together as the last line. `--only <name>` runs one (may be repeated). Another one is a script in `bench/ops/` and its name here.
 */
import { runEach } from './run-each.ts';

await runEach({ usually: ['finding', 'fork', 'replay', 'bulk', 'cli-memory'], named: [], folder: './ops' });
