/**
 * Runs the benchmarks of tools, guardrails and context one after the other, each in its own process, and prints their metrics
 * together as the last line. `--only <name>` runs one (may be repeated).
 */
import { runEach } from './run-each.ts';

await runEach({ usually: ['context', 'pipeline', 'guardrails'], named: [], folder: './tools' });
