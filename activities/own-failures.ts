import { createSizedCache } from '../domain/sized-cache.ts';

/** The place of a stage in its session. A place that is reached again is another one. */
export interface StagePlace {
  readonly stage: string;
  readonly sessionId: string;
  readonly turn?: number | undefined;
  readonly selection?: number | undefined;
  readonly toolCallId?: string | undefined;
}

export interface StageAttempt {
  /** The stage failed by itself: Postgres was there, and no rival was in the way. @returns true when it must not be tried again */
  failedByItself(): boolean;
  /** The stage failed for a reason that passes. */
  failedByOthers(): void;
  succeeded(): void;
}

export interface OwnFailures {
  /**
   * An attempt at a stage begins.
   * @param timesOut true for an attempt that Temporal gives up on without a word to this process: it counts when the next one begins
   * @returns undefined when the stage has failed by itself too often to be tried again
   */
  begin(place: StagePlace, attempt: number, timesOut: boolean): StageAttempt | undefined;
}

interface Failures {
  /** The latest attempts whose end is known. */
  readonly ended: Set<number>;
  /** The successes of this process when an attempt last began. */
  successes: number;
  count: number;
}

/** A stage that always fails has failed this often within some 20 s. */
const MOST_FAILURES = 5;
/**
 * While no other stage of this process succeeds either, the fault may be that of Postgres, and a failure counts for less. A
 * Postgres that is too slow for everybody is waited for for two minutes.
 */
const DOUBTFUL_FAILURE = 1 / 6;
/** A stage that does not say how it ended may wait for a Postgres that is away. */
const DOUBTFUL_SILENCE = 1 / 60;
const KEPT_BYTES = 4 * 1024 * 1024;
const FAILURES_BYTES = 300;

/**
 * Counts how often stages fail by themselves, in the memory of this process: a local stage is tried again by the process that it
 * failed in. What is forgotten with the process is counted anew by the next one.
 */
export function createOwnFailures(): OwnFailures {
  const failures = createSizedCache<Failures>({ maxBytes: KEPT_BYTES, bytesOf: () => FAILURES_BYTES });
  let successes = 0;

  return {
    begin(place, attempt, timesOut) {
      const key = keyOfPlace(place);
      const successesBefore = successes;
      const known = (): Failures => {
        const found = failures.get(key) ?? { ended: new Set(), successes, count: 0 };
        failures.set(key, found);
        return found;
      };
      const ended = (): Failures => {
        const found = known();
        found.ended.add(attempt);
        found.ended.delete(attempt - 3);
        return found;
      };
      const fails = (found: Failures, inDoubt: number): boolean => {
        found.count += successes > successesBefore ? 1 : inDoubt;
        return found.count >= MOST_FAILURES;
      };
      // An attempt that Temporal gave up on may still say how it ended while the next one is under way, and not any later.
      const silent = attempt - 2;
      if (timesOut && silent >= 1) {
        const found = known();
        if (!found.ended.has(silent)) found.count += found.successes < successes ? 1 : DOUBTFUL_SILENCE;
        if (found.count >= MOST_FAILURES) return undefined;
        found.successes = successes;
      }
      return {
        failedByItself: () => fails(ended(), DOUBTFUL_FAILURE),
        failedByOthers: () => void ended(),
        succeeded() {
          successes += 1;
          // Most stages are tried once.
          if (attempt > 1) failures.delete(key);
        },
      };
    },
  };
}

/** The place as one word. */
export function keyOfPlace({ stage, sessionId, turn, selection, toolCallId }: StagePlace): string {
  return [stage, sessionId, turn, selection, toolCallId].join('/');
}
