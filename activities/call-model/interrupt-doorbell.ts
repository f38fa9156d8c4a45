import type { SessionOfStage } from '../stage-results.ts';

/**
 * The calls of models and tools that run in this process, by session. The bridge rings when an interrupt arrives, or when the
 * session has to stop for another reason. A call registers before it reads from Postgres whether it may go on, so it learns of
 * each reason in one of the two ways.
 */
export interface InterruptDoorbell {
  /** @returns the signals that `ring` aborts, and the function that ends the registration */
  register(ref: Pick<SessionOfStage, 'sessionId' | 'retries'>): {
    /** Its reason is the first one for which it was rung. */
    readonly signal: AbortSignal;
    /** Aborts when the tenant is suspended, also where `signal` has aborted for another reason before. */
    readonly suspended: AbortSignal;
    readonly unregister: () => void;
  };
  /** @param before if given, only calls of runs of the workflow before this one: the session was retried since */
  ring(sessionId: string, why: StopReason, before?: number): void;
  /** The sessions with a call under way. */
  sessions(): readonly string[];
}

/** The reason why a call is aborted: its client has interrupted the session, the session has ended, or its tenant is suspended. */
export type StopReason = typeof INTERRUPTED | typeof ENDED | typeof SUSPENDED;
export const INTERRUPTED = 'interrupted';
export const ENDED = 'ended';
export const SUSPENDED = 'suspended';

interface Call {
  /** The run of the workflow that makes the call. */
  readonly run: number;
  readonly any: AbortController;
  readonly suspension: AbortController;
}

export function createInterruptDoorbell(): InterruptDoorbell {
  const callsBySession = new Map<string, Set<Call>>();
  return {
    register({ sessionId, retries = 0 }) {
      const call = { run: retries, any: new AbortController(), suspension: new AbortController() };
      const calls = callsBySession.get(sessionId) ?? new Set<Call>();
      calls.add(call);
      callsBySession.set(sessionId, calls);
      return {
        signal: call.any.signal,
        suspended: call.suspension.signal,
        unregister: () => {
          calls.delete(call);
          if (calls.size === 0 && callsBySession.get(sessionId) === calls) callsBySession.delete(sessionId);
        },
      };
    },
    ring(sessionId, why, before = Number.POSITIVE_INFINITY) {
      for (const { run, any, suspension } of callsBySession.get(sessionId) ?? []) {
        if (run >= before) continue;
        any.abort(why);
        if (why === SUSPENDED) suspension.abort(why);
      }
    },
    sessions: () => [...callsBySession.keys()],
  };
}
