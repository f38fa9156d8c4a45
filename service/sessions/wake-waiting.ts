import type { OperatingContext } from '../verb/context.ts';

/**
 * Wakes sessions that wait for money, or for a person, when what they wait for may have come. Call it behind the transaction
 * that brought it. A session that is not woken is found by a watch of the workers within five seconds.
 * @param waiting only sessions that wait for it: a signal to any other would add three events to its history
 */
export function wakeWaiting(
  ctx: Pick<OperatingContext, 'afterCommit' | 'sessionWorkflows' | 'warn'>,
  waiting: readonly string[],
): void {
  ctx.afterCommit(() => {
    for (const sessionId of waiting) {
      ctx.sessionWorkflows
        .signalWake(sessionId)
        .catch((error: unknown) => ctx.warn('A waiting session could not be woken; it looks by itself.', error));
    }
  });
}
