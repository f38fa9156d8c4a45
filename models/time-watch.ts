import type { TimeLimits } from '../domain/time-limits.ts';

/** A bound on the time of a request that its purpose sets, beside the limits of its provider. */
export interface TimeBound {
  readonly seconds: number;
  /** The owner of the bound, as a failure names it: "a test". */
  readonly of: string;
}

/** The words for a limit that was passed: they name it and the setting that changes it. */
export const passedLimit = {
  connect: ({ connect_s }: TimeLimits) => `no connection within ${connect_s} s (time_limits.connect_s)`,
  firstToken: ({ first_token_s }: TimeLimits) =>
    `no answer began within ${first_token_s} s (time_limits.first_token_s)`,
  silence: ({ silence_s }: TimeLimits) => `the answer stood still for ${silence_s} s (time_limits.silence_s)`,
  total: ({ total_s }: TimeLimits) => `no whole answer within ${total_s} s (time_limits.total_s)`,
  bound: ({ seconds, of }: TimeBound) => `no whole answer within ${seconds} s, the most that ${of} takes`,
} as const;

/**
 * Calls `onPassed` with words for the limit, once a request has passed one. The time for the connection is kept by the
 * connector (egress-guard.ts). Until an answer has begun, nothing but its beginning counts: comments and pings that keep the
 * connection alive are no tokens. Within an answer every piece of the response counts, because some providers send nothing but
 * pings while a model writes a long argument of a tool call; a stream of nothing but pings ends at the limit for the whole.
 */
export function watchTime(limits: TimeLimits, bound: TimeBound | undefined, onPassed: (reason: string) => void) {
  const after = (seconds: number, reason: string) => setTimeout(onPassed, seconds * 1_000, reason);
  const whole =
    bound !== undefined && bound.seconds < limits.total_s
      ? after(bound.seconds, passedLimit.bound(bound))
      : after(limits.total_s, passedLimit.total(limits));
  let quiet = after(limits.first_token_s, passedLimit.firstToken(limits));
  let answering = false;
  return {
    /** A piece of the response came in. @param hasBegun true when an answer has begun */
    heard(hasBegun: boolean): void {
      if (answering) {
        quiet.refresh();
        return;
      }
      if (!hasBegun) return;
      answering = true;
      clearTimeout(quiet);
      quiet = after(limits.silence_s, passedLimit.silence(limits));
    },
    stop(): void {
      clearTimeout(whole);
      clearTimeout(quiet);
    },
  };
}
