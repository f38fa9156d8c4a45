/**
 * The model calls that run in this process, by session. The bridge rings when an interrupt arrives. A call registers
 * before it reads the inbox, so it learns of every interrupt in one of the two ways.
 */
export interface InterruptDoorbell {
  /** @returns the signal that `ring` aborts, and the function that ends the registration */
  register(sessionId: string): { readonly signal: AbortSignal; readonly unregister: () => void };
  ring(sessionId: string): void;
  /** The sessions with a call under way. */
  sessions(): readonly string[];
}

/** The abort reason that the doorbell gives. */
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
