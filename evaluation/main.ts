import { worker } from 'workerpool';
import { cpuLimitMs, type EvaluationName, type Evaluations } from './evaluations.ts';
import { evaluationsHere } from './evaluations-here.ts';
import { startSentinel } from './sentinel.ts';

/** The most memory of this process. V8 bounds the heap alone, and not code, regular expressions and buffers. */
const MOST_RESIDENT_BYTES = 768 * 1024 * 1024;

// A Ctrl-C in the terminal reaches this process, too. Its parent ends it in its own time.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

const sentinel = startSentinel(MOST_RESIDENT_BYTES);

/** @returns the result with the CPU time that it took, in ms */
async function evaluate<Name extends EvaluationName>(name: Name, input: Evaluations[Name]['input']) {
  const before = process.cpuUsage();
  sentinel.begin(cpuLimitMs(name, input));
  try {
    const value = await evaluationsHere[name](input);
    const { user, system } = process.cpuUsage(before);
    return { value, cpuMs: (user + system) / 1_000 };
  } finally {
    sentinel.end();
  }
}

worker({ evaluate, pid: () => process.pid });
