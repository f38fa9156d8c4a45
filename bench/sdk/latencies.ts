import { setTimeout as pause } from 'node:timers/promises';
import { type Metrics, paired, quantile } from '../metric.ts';
import type { EventServer } from './event-server.ts';
import type { MeasuredSdk } from './prepare-sdks.ts';

const ROUNDS = 3;
const EVENTS = 300;
const WARM_UP = 100;
/** The pause between two events, so that each finds the process at rest. */
const PAUSE_MS = 4;

/** The time from the write of an event to the program that reads it, in turns through the SDK and with the bare reader. */
export async function measureLatencies(sdks: readonly MeasuredSdk[], server: EventServer): Promise<Metrics> {
  const metrics: Record<string, Metrics[string]> = {};
  for (const sdk of sdks) {
    const rounds: { readonly bare: number[]; readonly sdk: number[] }[] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await oneRound(sdk, server));
    for (const [name, share] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const) {
      const pairs = rounds.map((each) => ({
        value: quantile(each.sdk.slice(WARM_UP), share),
        floor: quantile(each.bare.slice(WARM_UP), share),
      }));
      metrics[`sdk_${sdk.language}_event_to_iterator_${name}`] = paired(pairs, 'ms');
    }
  }
  return metrics;
}

async function oneRound(sdk: MeasuredSdk, server: EventServer): Promise<{ bare: number[]; sdk: number[] }> {
  const read = sdk.read<{ bare: number[]; sdk: number[] }>('latency', server.baseUrl);
  await server.opened(2);
  for (let n = 0; n < WARM_UP + EVENTS; n++) {
    // Each comes first as often as the other.
    for (const reader of n % 2 === 0 ? ['bare', 'sdk'] : ['sdk', 'bare']) {
      server.sendTo(reader);
      await pause(PAUSE_MS);
    }
  }
  server.endAll();
  return read;
}
