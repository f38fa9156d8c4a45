import type { ServiceContext } from '../verb/context.ts';

/**
 * Wakes sessions that wait for money, once a changed cap is committed; call it behind the transaction. Only a hint: one
 * that is not woken looks by itself within five seconds. @param waiting of `sessionsWaiting`: to signal the others would
 * cost their histories three events each, for nothing.
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
