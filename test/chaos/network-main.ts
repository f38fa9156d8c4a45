import { setTimeout as pause } from 'node:timers/promises';
import { type SeededRandom, seededRandom } from '../../domain/random.ts';
import { LINKS, type LinkName, startFaultyNetwork } from '../support/faulty-network.ts';
import { createPersistentClient } from '../support/persistent-client.ts';
import { startTestStack } from '../support/stack.ts';
import type { SteeredSession } from '../support/steered-load.ts';
import type { Toxic } from '../support/tcp-fault-proxy.ts';
import { chaosSettings, runChaos } from './chaos-run.ts';

/** What may happen to a link: a fault of the network, or a middlebox that resets connections it has forgotten. */
type Fault = Toxic | { readonly kind: 'reset' };

const FAULTS: readonly ((random: SeededRandom) => Fault)[] = [
  () => ({ kind: 'stall' }),
  () => ({ kind: 'blackhole' }),
  (random) => ({ kind: 'drop', direction: random.uniform() < 0.5 ? 'up' : 'down' }),
  () => ({ kind: 'refuse' }),
  () => ({ kind: 'reset' }),
  (random) => ({ kind: 'cut', afterBytes: Math.ceil(4_000 * random.uniform()) }),
  (random) => ({ kind: 'latency', delayMs: 300 * random.uniform(), jitterMs: 200 }),
  (random) => ({ kind: 'bandwidth', bytesPerSecond: 500 + 5_000 * random.uniform() }),
];
/** Answers that break off are paid for, so an arm is given up after four of them in a turn. A reset breaks only one. */
const notForModels = (fault: Fault): Fault => (fault.kind === 'cut' ? { kind: 'reset' } : fault);
const LEAST_MS = 5_000;
const MOST_MS = 15_000;

const settings = chaosSettings(process.env);
console.log(`CHAOS_SEED=${settings.seed} CHAOS_MINUTES=${settings.minutes}`);
const random = seededRandom(`${settings.seed}:faults`);
const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T => from[Math.floor(random.uniform() * from.length)] as T;

const stack = await startTestStack({ withoutWorker: true });
try {
  const network = await startFaultyNetwork(stack, settings.seed);
  const { client, script, baseUrl } = network;
  const agentId = await stack.newAgent({ budget_daily_usd: 10_000 });
  const persistent = createPersistentClient({ baseUrl, apiKey: stack.api.apiKey, records: stack.records });

  const disturb = async (sessions: readonly SteeredSession[], over: AbortSignal) => {
    while (!over.aborted) {
      const link = pick<LinkName>(LINKS);
      const drawn = pick(FAULTS)(random);
      const fault = link === 'worker-model' ? notForModels(drawn) : drawn;
      const lastsMs = LEAST_MS + (MOST_MS - LEAST_MS) * random.uniform();
      console.log(`${link}: ${JSON.stringify(fault)} for ${Math.round(lastsMs / 1_000)} s`);
      if (fault.kind === 'reset') network.links[link].reset();
      else await network.links[link].become(fault);
      await pause(lastsMs, undefined, { signal: over }).catch(() => undefined);
      await network.heal();
      // A real client connects again when it hears no heartbeat for a while.
      if (link === 'client-api') for (const { watch } of sessions) watch.drop();
      // A model may think for minutes, so only the kernel's keep-alive notices that it is gone. The proxy answers
      // keep-alives, so the dead connection is reset here.
      if (link === 'worker-model') network.links[link].reset();
      await pause(1_000 + 2_000 * random.uniform(), undefined, { signal: over }).catch(() => undefined);
    }
  };
  try {
    await runChaos({ settings, stack, load: { client, persistent, script, agentId }, disturb });
  } finally {
    await network.stop();
  }
} finally {
  await stack.stop();
}
