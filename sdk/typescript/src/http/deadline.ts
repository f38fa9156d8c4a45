/** A signal that is aborted when the caller's is, or when the time is over. */
export interface Deadline {
  readonly signal: AbortSignal;
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
    isOver: () => over,
    stopClock: () => clearTimeout(timer),
    release() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onAbort);
    },
  };
}
