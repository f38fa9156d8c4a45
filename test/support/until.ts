import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 25;

/**
 * Waits for something that sends no event, by calling `look` until it finds something.
 * @throws Error after `timeoutMs`, which names `what` was waited for
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 60_000,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadlineMs) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.`);
    await pause(POLL_MS);
  }
}
