/** What a model may be silent for. */
export interface SilenceLimits {
  /** Until the first piece of an answer. A model may think for minutes before it says a word. */
  readonly firstTokenMs: number;
  /** Between two pieces of a response. Comments that keep the connection alive count as pieces. */
  readonly idleMs: number;
}

/** Calls `onSilence` once the response has been silent for too long. */
export function watchSilence({ firstTokenMs, idleMs }: SilenceLimits, onSilence: (reason: string) => void) {
  const begun = `no answer began within ${firstTokenMs} ms`;
  let timer = setTimeout(onSilence, firstTokenMs, begun);
  let answering = false;
  return {
    /** A piece of the response came in. @param begun true when an answer has begun */
    heard(hasBegun: boolean): void {
      if (!answering && !hasBegun) return;
      if (answering) {
        timer.refresh();
        return;
      }
      answering = true;
      clearTimeout(timer);
      timer = setTimeout(onSilence, idleMs, `the answer stood still for ${idleMs} ms`);
    },
    stop: () => clearTimeout(timer),
  };
}
