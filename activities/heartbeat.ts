import { Context } from '@temporalio/activity';
import { HEARTBEAT_TIMEOUT_MS, heartbeatEveryMs } from '../domain/call-heartbeats.ts';

/**
 * Runs `work` with a heartbeat: a killed worker is then noticed within seconds, and not only at the activity's
 * time-out. The worker must not throttle the heartbeats.
 */
export async function heartbeating<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const { heartbeatTimeoutMs = HEARTBEAT_TIMEOUT_MS } = context.info;
  const timer = setInterval(() => context.heartbeat(), heartbeatEveryMs(heartbeatTimeoutMs));
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
