import type { ServiceContext } from '../verb/context.ts';

/**
 * Wakes sessions that wait for money when a changed cap is committed. Call it behind the transaction. A session that is
 * not woken looks by itself within five seconds.
 * @param waiting what `sessionsWaiting` found: a signal to any other session would add three events to its history
 */
export function wakeWaiting(ctx: ServiceContext, waiting: readonly string[]): void {
  ctx.afterCommit(() => {
    for (const sessionId of waiting) {
      ctx.sessionWorkflows
        .signalWake(sessionId)
        .catch((error: unknown) => ctx.warn('A waiting session could not be woken; it looks by itself.', error));
    }
  });
}
