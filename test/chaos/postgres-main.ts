import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../../domain/random.ts';
import { createPersistentClient } from '../support/persistent-client.ts';
import { startTestStack } from '../support/stack.ts';
import type { SteeredSession } from '../support/steered-load.ts';
import { chaosSettings, runChaos } from './chaos-run.ts';

const settings = chaosSettings(process.env);
console.log(`CHAOS_SEED=${settings.seed} CHAOS_MINUTES=${settings.minutes}`);
const random = seededRandom(`${settings.seed}:restarts`);

const stack = await startTestStack();
try {
  const { baseUrl, api, records, script } = stack;
  const agentId = await stack.newAgent({ budget_daily_usd: 10_000 });
  const persistent = createPersistentClient({ baseUrl, apiKey: api.apiKey, records });
  let restarts = 0;

  /** Restarts Postgres every few seconds, half of the times by SIGKILL, otherwise by a fast shutdown. */
  const disturb = async (_sessions: readonly SteeredSession[], over: AbortSignal) => {
    while (!over.aborted) {
      await pause(1_000 + 4_000 * random.uniform(), undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return;
      if (random.uniform() < 0.5) {
        await stack.processes.kill('postgres');
        await stack.processes.ready('postgres');
      } else await stack.processes.restart('postgres');
      restarts += 1;
    }
  };
  await runChaos({ settings, stack, load: { client: api, persistent, script, agentId }, disturb });
  console.log(`Postgres was restarted ${restarts} times`);
} finally {
  await stack.stop();
}
