import { setTimeout as pause } from 'node:timers/promises';
import type { SeededRandom } from '../../domain/random.ts';
import type { TestStack } from '../support/stack.ts';
import { below } from './session-plan.ts';

const FAULTS = [
  ['worker', 'kill'],
  ['worker', 'kill'],
  ['worker', 'kill'],
  ['api', 'kill'],
  ['api', 'kill'],
  ['postgres', 'kill'],
  ['postgres', 'restart'],
  ['temporal', 'kill'],
  ['temporal', 'restart'],
] as const;
/** Faults happen in this part of the run. Before and after it, figures are taken. */
const FROM_SHARE = 0.2;
const TO_SHARE = 0.65;
const LOOK_EVERY_MS = 100;

/** Injects so many faults, spread over the middle of the run, until the signal aborts. @returns what happened */
export async function injectFaults(
  stack: TestStack,
  run: {
    readonly random: SeededRandom;
    readonly faults: number;
    readonly turns: number;
    /** The turns of the session that is behind. */
    readonly progress: () => number;
    readonly over: AbortSignal;
    readonly log: (line: string) => void;
  },
): Promise<string[]> {
  const { random, faults, turns, progress, over, log } = run;
  const happened: string[] = [];
  for (let n = 0; n < faults; n++) {
    const share = FROM_SHARE + ((TO_SHARE - FROM_SHARE) * (n + random.uniform())) / faults;
    while (progress() < share * turns && !over.aborted) await pause(LOOK_EVERY_MS);
    // A moment that no turn decides.
    await pause(200 * random.uniform());
    if (over.aborted) break;
    // The first fault is always a dead worker.
    const [name, how] = FAULTS[n === 0 ? 0 : below(random, FAULTS.length)] ?? FAULTS[0];
    log(`${how} ${name}`);
    happened.push(`${how} ${name}`);
    if (how === 'kill') {
      await stack.processes.kill(name);
      await stack.processes.ready(name);
    } else await stack.processes.restart(name);
  }
  return happened;
}
