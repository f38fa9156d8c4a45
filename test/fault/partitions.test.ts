import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../domain/random.ts';
import { type FaultyNetwork, type LinkName, startFaultyNetwork } from '../support/faulty-network.ts';
import { checkInvariants } from '../support/invariants.ts';
import { createPersistentClient, type PersistentClient } from '../support/persistent-client.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { startSteeredSession } from '../support/steered-load.ts';
import type { Toxic } from '../support/tcp-fault-proxy.ts';
import { until } from '../support/until.ts';

const SEED = 'partitions';

let stack: TestStack;
let network: FaultyNetwork;
let persistent: PersistentClient;
let agentId: string;

beforeAll(async () => {
  stack = await startTestStack({ withoutWorker: true });
  network = await startFaultyNetwork(stack, SEED);
  persistent = createPersistentClient({
    baseUrl: network.baseUrl,
    apiKey: stack.api.apiKey,
    records: stack.records,
  });
  agentId = await stack.newAgent({ budget_daily_usd: 100 });
});
afterEach(async () => {
  await network.heal();
  await checkInvariants(stack);
});
afterAll(async () => {
  await network?.stop();
  await stack.stop();
});

/** Sessions that each take some two seconds when undisturbed, and get three messages meanwhile. */
function sessions(count: number) {
  const load = { client: network.client, persistent, script: network.script, agentId, turns: 5, messages: 3 };
  return Promise.all(
    Array.from({ length: count }, (_, n) =>
      startSteeredSession({ ...load, thinkMs: 800, random: seededRandom(`${SEED}:${n}`) }),
    ),
  );
}

async function become(links: readonly LinkName[], toxic?: Toxic): Promise<void> {
  await Promise.all(links.map((link) => network.links[link].become(toxic)));
}

async function readiness(): Promise<unknown> {
  const signal = AbortSignal.timeout(5_000);
  const response = await fetch(`http://127.0.0.1:${network.apiProcess.port}/health/ready`, { signal });
  const { dependencies } = (await response.json()) as { dependencies: unknown };
  return { status: response.status, dependencies };
}

/** Each pair of processes is cut off once. Pairs that hardly affect each other share a case, since each takes 5 s. */
const PARTITIONS: readonly { toxic: Toxic; links: readonly LinkName[]; missing: 'postgres' | 'temporal' }[] = [
  { toxic: { kind: 'stall' }, links: ['api-postgres', 'worker-model', 'worker-temporal'], missing: 'postgres' },
  { toxic: { kind: 'stall' }, links: ['api-temporal', 'worker-postgres', 'client-api'], missing: 'temporal' },
  { toxic: { kind: 'blackhole' }, links: ['api-postgres', 'worker-postgres'], missing: 'postgres' },
];

test.each(PARTITIONS.map((each) => ({ ...each, names: each.links.join(', ') })))(
  '[network:readiness:names-what-is-missing] [network:partition:costs-only-time] [network:lost-answer:repeat-takes-effect-once] [I1] [I2] [I6] sessions complete when $names are cut off for 5 s ($toxic.kind)',
  async ({ toxic, links, missing }) => {
    const running = await sessions(2);
    await Promise.all(running.map(({ watch }) => watch.waitForType('agent.tool_result')));
    await become(links, toxic);
    const over = pause(5_000);
    expect(await readiness()).toMatchObject({
      status: 503,
      dependencies: { postgres: missing !== 'postgres', temporal: missing !== 'temporal' },
    });
    await over;
    await become(links);
    await Promise.all(running.map((session) => session.completed(60_000)));
    await until('the api to be ready', async () => (await fetch(`${network.baseUrl}/health/ready`)).ok);
  },
);

test('[network:notify:only-a-hint] [I1] [I2] sessions are steered and complete when every notification is lost', async () => {
  await become(['api-postgres', 'worker-postgres'], { kind: 'deafen' });
  const running = await sessions(2);
  await Promise.all(running.map((session) => session.completed(60_000)));
});

test('[recovery:api-killed:stream-goes-on-elsewhere] [I2] a stream whose api is killed goes on at another api, from where it broke', async () => {
  const other = await stack.startService('api/main.ts');
  const [session] = await sessions(1);
  await session?.watch.waitForType('agent.tool_result');
  // New connections go to the other api, as a load balancer would do it.
  network.links['client-api'].retarget(other.port ?? 0);
  await network.apiProcess.kill('SIGKILL');
  await session?.completed(60_000);
  expect(session?.watch.reconnects).toBeGreaterThan(0);
  await checkInvariants(stack);
  await other.kill();
});
