/**
 * Runs the benchmarks one after the other, each in its own process on a stack of its own, and prints their metrics
 * together as the last line. `--only <name>` runs one (may be repeated). `--cluster` is short for `--only cluster`.
 */
import { runEach } from './run-each.ts';

const BENCHMARKS = ['stack-start', 'turn', 'throughput', 'slow-model', 'long-session', 'recovery'];
/** These run only when they are named, as `npm run bench:long` does. */
const LONG = ['long/turn-cost', 'long/prefix-cache', 'long/cap-share', 'long/paid-in-vain', 'long/compaction-facts'];

const args = process.argv.slice(2).flatMap((argument) => (argument === '--cluster' ? ['--only', 'cluster'] : argument));
await runEach({ usually: BENCHMARKS, named: [...LONG, 'cluster'], folder: '.', args });
