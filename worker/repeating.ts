import { setTimeout as pause } from 'node:timers/promises';

export interface Repeating {
  /** Starts the next run at once, or right after the run under way. */
  hurry(): void;
  stop(): Promise<void>;
}

/** Runs `work` every `everyMs`, one run at a time. If it throws, `onError` gets the error and the next run comes all the same. */
export function repeating(options: {
  everyMs: number;
  work: () => Promise<void>;
  onError: (error: unknown) => void;
}): Repeating {
  const stopping = new AbortController();
  let wake = new AbortController();

  const loop = async () => {
    while (!stopping.signal.aborted) {
      wake = new AbortController();
      await options.work().catch(options.onError);
      const signal = AbortSignal.any([stopping.signal, wake.signal]);
      await pause(options.everyMs, undefined, { signal }).catch(() => undefined);
    }
  };
  const done = loop();
  return {
    hurry: () => wake.abort(),
    async stop() {
      stopping.abort();
      await done;
    },
  };
}
