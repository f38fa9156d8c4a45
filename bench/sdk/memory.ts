import { type Metrics, paired } from '../metric.ts';
import type { EventServer } from './event-server.ts';
import type { MeasuredSdk } from './prepare-sdks.ts';

const RUNS = 1_000;
const ROUNDS = 2;

/** What each of 1,000 runs takes of the memory of the process that follows them, in turns with bare readers. */
export async function measureMemory(sdks: readonly MeasuredSdk[], server: EventServer): Promise<Metrics> {
  const metrics: Record<string, Metrics[string]> = {};
  for (const sdk of sdks) {
    const pairs: { value: number; floor: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const floor = await kibEach(sdk, server, 'memory-bare');
      pairs.push({ floor, value: await kibEach(sdk, server, 'memory-sdk') });
    }
    metrics[`sdk_${sdk.language}_memory_of_a_run`] = paired(pairs, 'KiB');
  }
  return metrics;
}

async function kibEach(sdk: MeasuredSdk, server: EventServer, mode: 'memory-bare' | 'memory-sdk'): Promise<number> {
  const { bytesEach } = await sdk.read<{ bytesEach: number }>(mode, server.baseUrl, RUNS);
  server.endAll();
  return bytesEach / 1024;
}
