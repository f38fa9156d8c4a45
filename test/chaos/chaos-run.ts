import { seededRandom } from '../../domain/random.ts';
import { checkInvariants } from '../support/invariants.ts';
import type { TestStack } from '../support/stack.ts';
import { type SteeredLoad, type SteeredSession, startSteeredSession } from '../support/steered-load.ts';

export interface ChaosSettings {
  readonly seed: string;
  readonly minutes: number;
}

/** Reads CHAOS_SEED (default: the clock) and CHAOS_MINUTES (default: 5) from an environment. */
export function chaosSettings(env: NodeJS.ProcessEnv): ChaosSettings {
  return { seed: env.CHAOS_SEED ?? String(Date.now()), minutes: Number(env.CHAOS_MINUTES ?? '5') };
}

const SESSIONS_AT_ONCE = 4;
const COMPLETED_WITHIN_MS = 180_000;

/**
 * Runs rounds of steered sessions. `disturb` injects faults until the sessions of a round have ended; then every
 * invariant is checked.
 * @throws Error with the violations. The seed repeats the faults, but not their exact timing.
 */
export async function runChaos(options: {
  readonly settings: ChaosSettings;
  readonly stack: TestStack;
  readonly load: Omit<SteeredLoad, 'random' | 'turns' | 'messages' | 'thinkMs'>;
  /** Injects one fault after another until the signal aborts, and leaves nothing broken. */
  readonly disturb: (sessions: readonly SteeredSession[], over: AbortSignal) => Promise<void>;
}): Promise<void> {
  const { settings, stack, load } = options;
  const deadlineMs = performance.now() + settings.minutes * 60_000;
  let rounds = 0;
  while (performance.now() < deadlineMs) {
    const startedMs = performance.now();
    const running = await Promise.all(
      Array.from({ length: SESSIONS_AT_ONCE }, (_, n) => {
        const random = seededRandom(`${settings.seed}:${rounds}:${n}`);
        return startSteeredSession({ ...load, turns: 12, messages: 6, thinkMs: 3_000, random });
      }),
    );
    const over = new AbortController();
    const disturbed = options.disturb(running, over.signal);
    await Promise.all(running.map((session) => session.completed(COMPLETED_WITHIN_MS))).finally(() => over.abort());
    await disturbed;
    await checkInvariants(stack);
    rounds += 1;
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    console.log(`round ${rounds}: ${running.length} sessions completed and checked in ${seconds} s`);
  }
  const { sessions, accepted } = stack.records;
  console.log(
    `${sessions.size} sessions, ${accepted.length} accepted messages, ` +
      `${load.persistent.repeats} requests repeated: every invariant holds`,
  );
}
