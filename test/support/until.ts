import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 25;

/**
 * Waits for what sends no event of its own: asks again until `look` finds something.
 * @throws Error after `timeoutMs` that says what was waited for
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 30_000,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadlineMs) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.`);
    await pause(POLL_MS);
  }
}
