import { Context } from '@temporalio/activity';

/** Three beats fit into the heartbeat time-out of 2.5 s, so one may be late. The worker must not throttle them. */
const HEARTBEAT_MS = 800;

/**
 * Runs `work` with a heartbeat: a killed worker is then noticed within seconds, and not only at the activity's
 * time-out.
 */
export async function heartbeating<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
