/** A signal that is aborted when the caller's is, or when the time is over. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** What `work` gives, unless the deadline comes first. Whatever does the work may not listen to the signal. */
  within<T>(work: Promise<T>): Promise<T>;
  /** True when the time was over before the caller gave up. */
  isOver(): boolean;
  /** Stops the clock. The caller's signal is still passed on, until `release`. */
  stopClock(): void;
  /** Lets go of the caller's signal, which may live much longer than the call. */
  release(): void;
}

/** @param timeoutMs Infinity: no limit */
export function createDeadline(caller: AbortSignal | undefined, timeoutMs: number): Deadline {
  const controller = new AbortController();
  let over = false;
  const onAbort = () => controller.abort(caller?.reason);
  const timer = Number.isFinite(timeoutMs)
    ? setTimeout(() => {
        over = !controller.signal.aborted;
        controller.abort(new DOMException(`No answer within ${timeoutMs} ms.`, 'TimeoutError'));
      }, timeoutMs)
    : undefined;
  if (caller?.aborted === true) onAbort();
  else caller?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    within: (work) =>
      new Promise((resolve, reject) => {
        controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
        work.then(resolve, reject);
      }),
    isOver: () => over,
    stopClock: () => clearTimeout(timer),
    release() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onAbort);
    },
  };
}
