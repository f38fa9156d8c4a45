export type CallEnd = 'aborted' | 'timed_out' | 'lost';

/** The clock and the abort of one call, from waiting for a connection to its answer. */
export interface CallWatch {
  /** Aborts at the time-out, with the caller's signal, or when the answer can no longer come. */
  readonly signal: AbortSignal;
  /** Why the signal aborted; undefined while it has not. */
  readonly ended: CallEnd | undefined;
  /** Set before the request is handed to the transport: from here on it may have had its effect (I5). */
  dispatched: boolean;
  /** The stream of the answer can be resumed after a disconnect. */
  resumable: boolean;
  /** HTTP status of the answer, where there is one. */
  httpStatus: number | undefined;
  /** The answer can no longer come. */
  lose(reason?: string): void;
  readonly lostBecause: string | undefined;
  /** The call is over; nothing ends it any more. */
  dispose(): void;
}

/** The longest timer there is (a longer one fires at once): for the SDK's own time-out, so that only ours ends a call. */
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
      // The SDK never takes its listener off the signal: an abort after the answer would cancel a finished request.
      over = true;
      clearTimeout(timer);
      callerSignal.removeEventListener('abort', onAbort);
    },
  };
}
