import type { Elicit } from './elicitation.ts';

export type CallEnd = 'aborted' | 'cancelled' | 'timed_out' | 'lost';

/** The means by which a caller takes a call back without giving up on its answer at once. */
export interface CallCancellation {
  /** Aborts when the caller wants no more of the call. */
  readonly signal: AbortSignal;
  /** The time for which the answer of a call that was sent is waited for after that. */
  readonly waitMs: number;
}

export interface CallWatchOptions {
  /** Aborts when the caller can't wait any longer, for instance because its process ends. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** The longest time that the call may take if progress extends its time-out. Default: `timeoutMs`. */
  readonly longestMs?: number | undefined;
  readonly cancellation?: CallCancellation | undefined;
  /** Aborts when its caller has stored the result. Until then a large result keeps its place among those that are read. */
  readonly keptUntil?: AbortSignal | undefined;
  /** The time for which the answer of a call is still listened for after it was given up. Default: not at all. */
  readonly lateMs?: number | undefined;
  /** Told of the bytes of each piece of an answer that belongs to this call alone. */
  readonly onReceived?: ((bytes: number) => void) | undefined;
}

/** Watches one call, from the wait for a connection to the answer, and ends it when its time is up or its caller gives up. */
export interface CallWatch {
  /** Aborts at the time-out, with the caller's signals, or when the answer can no longer come. */
  readonly signal: AbortSignal;
  /** Aborts when nobody listens for the answer any more, which may be long after the call was given up. */
  readonly answerSignal: AbortSignal;
  /** The reason why `signal` aborted; undefined as long as it has not. */
  readonly ended: CallEnd | undefined;
  /** Set to true before the request is handed to the transport: from then on the call may have had its effect (I5). */
  dispatched: boolean;
  /** The id of the request that was sent last for this call. */
  requestId: string | number | undefined;
  /**
   * Tells the server that the call is cancelled, and returns true if its answer can come all the same. Set by the connection
   * that the call runs on.
   */
  sendCancelled: (() => boolean) | undefined;
  /** True when the stream of the answer can be resumed after a disconnect. */
  resumable: boolean;
  /** Told of the bytes of each piece of an answer that belongs to this call alone. */
  readonly onReceived: ((bytes: number) => void) | undefined;
  readonly keptUntil: AbortSignal | undefined;
  /** HTTP status of the answer, where there is one. */
  httpStatus: number | undefined;
  /** The server reported progress: the time-out begins anew, up to the longest time of a call. */
  extend(): void;
  /** Stops the clock of the time-outs until the function that it returns is called. They then begin anew. */
  hold(): () => void;
  /** Asks a person what the server wants to know in this call. Undefined: nobody can be asked. */
  elicit: Elicit | undefined;
  /** Ends the call because its answer can no longer come. */
  lose(reason?: string): void;
  readonly lostBecause: string | undefined;
  /** Adds a listener, which is called once, when the call is over. */
  onOver(listener: () => void): void;
  /** Says that the call is over: nothing aborts its signal any more. */
  dispose(): void;
}

/**
 * The longest time that a timer can wait; a longer one fires at once. The SDK gets it as its time-out, so that only our own
 * time-out ends a call.
 */
export const UNTIMED_MS = 2_147_483_647;

export function watchCall(options: CallWatchOptions): CallWatch {
  const { timeoutMs, longestMs = timeoutMs, cancellation, lateMs = 0 } = options;
  const controller = new AbortController();
  const answer = new AbortController();
  const startedMs = Date.now();
  let holds = 0;
  let heldMs = 0;
  let ended: CallEnd | undefined;
  let lostBecause: string | undefined;
  let over = false;
  const overListeners: (() => void)[] = [];
  let cancelling: NodeJS.Timeout | undefined;
  let late: NodeJS.Timeout | undefined;
  const end = (why: CallEnd) => {
    if (ended !== undefined || over) return;
    ended = why;
    const reason = new Error(why);
    controller.abort(reason);
    const mayAnswer = watch.dispatched && lateMs > 0 && (why === 'cancelled' || why === 'timed_out');
    if (mayAnswer && watch.sendCancelled?.()) late = setTimeout(() => answer.abort(reason), lateMs).unref();
    else answer.abort(reason);
  };
  const onAbort = () => end('aborted');
  const onCancel = () => {
    if (!watch.dispatched || cancellation === undefined || cancellation.waitMs === 0) return end('cancelled');
    cancelling ??= setTimeout(end, cancellation.waitMs, 'cancelled');
    watch.sendCancelled?.();
  };
  let timer = setTimeout(end, within(timeoutMs), 'timed_out');

  const watch: CallWatch = {
    signal: controller.signal,
    answerSignal: answer.signal,
    get ended() {
      return ended;
    },
    dispatched: false,
    requestId: undefined,
    sendCancelled: undefined,
    resumable: false,
    onReceived: options.onReceived,
    keptUntil: options.keptUntil,
    httpStatus: undefined,
    extend() {
      if (ended !== undefined || over || holds > 0) return;
      clearTimeout(timer);
      const leftMs = startedMs + heldMs + longestMs - Date.now();
      timer = setTimeout(end, within(Math.min(timeoutMs, leftMs)), 'timed_out');
    },
    hold() {
      const sinceMs = Date.now();
      holds += 1;
      clearTimeout(timer);
      return () => {
        holds -= 1;
        if (holds > 0) return;
        heldMs += Date.now() - sinceMs;
        watch.extend();
      };
    },
    elicit: undefined,
    lose(reason) {
      lostBecause ??= reason;
      end('lost');
      if (late !== undefined) answer.abort(new Error('lost'));
      clearTimeout(late);
    },
    get lostBecause() {
      return lostBecause;
    },
    onOver: (listener) => void overListeners.push(listener),
    dispose() {
      for (const listener of overListeners.splice(0)) listener();
      // The SDK leaves its listener on the signal, so an abort after the answer would cancel a request that has finished.
      over = true;
      // Nobody answers a question of a call that is over.
      watch.elicit = undefined;
      clearTimeout(timer);
      clearTimeout(cancelling);
      options.signal.removeEventListener('abort', onAbort);
      cancellation?.signal.removeEventListener('abort', onCancel);
    },
  };
  options.signal.addEventListener('abort', onAbort, { once: true });
  cancellation?.signal.addEventListener('abort', onCancel, { once: true });
  if (options.signal.aborted) onAbort();
  if (cancellation?.signal.aborted === true) onCancel();
  return watch;
}

/** A time that a timer can wait. */
function within(timeMs: number): number {
  return Math.max(0, Math.min(timeMs, UNTIMED_MS));
}
