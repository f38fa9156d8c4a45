import type { TracedRun } from './trace-ids.ts';

/**
 * Something that is over, and has spans. It only names what happened: the times and the amounts are read from the rows, after
 * the commit, by whoever sends the spans.
 */
export type TraceFact =
  | { readonly kind: 'turn_closed'; readonly run: TracedRun; readonly turn: number }
  | {
      readonly kind: 'run_over';
      readonly run: TracedRun;
      /** The turn in which it ended, if it had begun, or the next one. */
      readonly turn: number;
      /** The reason for which the session ended, or `idle`. */
      readonly outcome: string;
    };

/** Takes a fact of a tenant. It never throws and never waits. */
export type TakeTraceFact = (fact: TraceFact, tenantId: string) => void;
