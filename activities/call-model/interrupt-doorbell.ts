/**
 * The model calls that run in this process, by session. The bridge rings when an interrupt arrives anywhere; a call
 * registers first and reads the inbox after, so an interrupt is seen by one of the two.
 */
export interface InterruptDoorbell {
  /** @returns the signal that `ring` aborts, and what takes it off the map. */
  register(sessionId: string): { readonly signal: AbortSignal; readonly unregister: () => void };
  ring(sessionId: string): void;
  /** Sessions with a call under way. */
  sessions(): readonly string[];
}

/** The reason of an abort by the doorbell. */
export const INTERRUPTED = 'interrupted';

export function createInterruptDoorbell(): InterruptDoorbell {
  const callsBySession = new Map<string, Set<AbortController>>();
  return {
    register(sessionId) {
      const controller = new AbortController();
      const calls = callsBySession.get(sessionId) ?? new Set();
      calls.add(controller);
      callsBySession.set(sessionId, calls);
      return {
        signal: controller.signal,
        unregister: () => {
          calls.delete(controller);
          if (calls.size === 0 && callsBySession.get(sessionId) === calls) callsBySession.delete(sessionId);
        },
      };
    },
    ring(sessionId) {
      for (const controller of callsBySession.get(sessionId) ?? []) controller.abort(INTERRUPTED);
    },
    sessions: () => [...callsBySession.keys()],
  };
}
