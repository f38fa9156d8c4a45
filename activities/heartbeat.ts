import { Context } from '@temporalio/activity';

/** Thrice within the heartbeat time-out of 2.5 s, so that one late beat is forgiven. The worker must not throttle them. */
const HEARTBEAT_MS = 800;

/** Runs `work` with a heartbeat, so that a killed worker is noticed within seconds and not at the time-out. */
export async function heartbeating<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
