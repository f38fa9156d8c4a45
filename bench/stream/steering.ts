import { type Metric, type Metrics, quantile, rounded } from '../metric.ts';
import type { ServiceClient } from '../service-client.ts';
import type { HangingSessions } from './hanging-sessions.ts';

const STEERS = 20;
const WARM_UP = 2;

/**
 * Measures the time from the 202 of an interrupt to the end of the model's request.
 * @param floorMs the median of the shortest time in which a notification can reach a client
 */
export async function measureSteering(
  client: ServiceClient,
  sessions: HangingSessions,
  floorMs: number,
): Promise<Metrics> {
  const times: number[] = [];
  for (let i = -WARM_UP; i < STEERS; i++) {
    const { id, call } = await sessions.start();
    await client.send('POST', `/v1/sessions/${id}/events`, { type: 'user.interrupt' });
    const acceptedAtMs = performance.now();
    const tookMs = (await call.abortedAtMs) - acceptedAtMs;
    if (i >= 0) times.push(tookMs);
  }
  const at = (share: number): Metric => {
    const value = quantile(times, share);
    return { value: rounded(value), floor: floorMs, ratio: rounded(value / floorMs), unit: 'ms' };
  };
  return { interrupt_to_abort_p50: at(0.5), interrupt_to_abort_p99: at(0.99) };
}
