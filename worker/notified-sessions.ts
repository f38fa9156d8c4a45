import { repeating } from './repeating.ts';

/** How often is looked without a notification: a lost one delays its session by at most this. */
export const SCAN_MS = 1_000;

export interface NotifiedSessions {
  /** Starts `work` on these sessions, at once or right after the work under way. */
  add(sessionIds: Iterable<string>): void;
  stop(): Promise<void>;
}

/** Works on the sessions that notifications name. One run of `work` goes on at a time; sessions named meanwhile share the next run. */
export function notifiedSessions(options: {
  readonly work: (sessionIds: readonly string[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}): NotifiedSessions {
  const named = new Set<string>();
  const loop = repeating({
    everyMs: SCAN_MS,
    onError: options.onError,
    async work() {
      while (named.size > 0) {
        const ids = [...named];
        named.clear();
        await options.work(ids);
      }
    },
  });
  return {
    add(sessionIds) {
      for (const id of sessionIds) named.add(id);
      loop.hurry();
    },
    stop: loop.stop,
  };
}
