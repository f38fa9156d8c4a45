export type CallEnd = 'aborted' | 'timed_out' | 'lost';

/** Watches one call, from the wait for a connection to the answer, and ends it when its time is up or its caller aborts. */
export interface CallWatch {
  /** Aborts at the time-out, with the caller's signal, or when the answer can no longer come. */
  readonly signal: AbortSignal;
  /** Why the signal aborted; undefined as long as it has not. */
  readonly ended: CallEnd | undefined;
  /** Set to true before the request is handed to the transport: from then on the call may have had its effect (I5). */
  dispatched: boolean;
  /** True when the stream of the answer can be resumed after a disconnect. */
  resumable: boolean;
  /** HTTP status of the answer, where there is one. */
  httpStatus: number | undefined;
  /** Ends the call because its answer can no longer come. */
  lose(reason?: string): void;
  readonly lostBecause: string | undefined;
  /** Says that the call is over: nothing aborts its signal any more. */
  dispose(): void;
}

/**
 * The longest time that a timer can wait; a longer one fires at once. The SDK gets it as its time-out, so that only our own
 * time-out ends a call.
 */
export const UNTIMED_MS = 2_147_483_647;

export function watchCall(callerSignal: AbortSignal, timeoutMs: number): CallWatch {
  const controller = new AbortController();
  let ended: CallEnd | undefined;
  let lostBecause: string | undefined;
  let over = false;
  const end = (why: CallEnd) => {
    if (ended !== undefined || over) return;
    ended = why;
    controller.abort(new Error(why));
  };
  const onAbort = () => end('aborted');
  const timer = setTimeout(end, Math.max(0, Math.min(timeoutMs, UNTIMED_MS)), 'timed_out');
  if (callerSignal.aborted) onAbort();
  callerSignal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    get ended() {
      return ended;
    },
    dispatched: false,
    resumable: false,
    httpStatus: undefined,
    lose(reason) {
      lostBecause ??= reason;
      end('lost');
    },
    get lostBecause() {
      return lostBecause;
    },
    dispose() {
      // The SDK leaves its listener on the signal, so an abort after the answer would cancel a request that has finished.
      over = true;
      clearTimeout(timer);
      callerSignal.removeEventListener('abort', onAbort);
    },
  };
}
