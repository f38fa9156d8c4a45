import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '../../support/client.ts';
import type { EventWatch } from '../../support/event-watch.ts';
import { LIST } from '../../support/script-parts.ts';
import type { TestStack } from '../../support/stack.ts';

const EVERY_MS = 1_000;
const AGAIN_MS = 200;
const MAX_OPEN = 20;

/** A tenant that uses the service as it is meant: a short run every second. */
export interface QuietTenant {
  /** The number of runs that have completed. */
  readonly completed: number;
  /** Runs until `over`. @returns how long each run took, from its request to its last event, in ms */
  runEverySecond(over: AbortSignal): Promise<number[]>;
}

export async function createQuietTenant(stack: TestStack): Promise<QuietTenant> {
  const client: ApiClient = await stack.newTenant();
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'quiet', budget_daily_usd: 1_000 });
  // A run of two turns with a bundled tool, again and again.
  const script = await stack.script(
    { turns: [[{ toolCalls: [LIST] }], [{ text: 'Done.' }]], repeatLastAttempt: true },
    { client },
  );

  let completed = 0;

  /** Starts a run as a client does that is told to come again: it waits, and the wait counts. */
  async function startRun(): Promise<EventWatch> {
    const key = { 'idempotency-key': randomUUID() };
    for (;;) {
      const body = { message: 'Go.', models: script.models };
      const { status, body: answer } = await client.request('POST', '/v1/agents/quiet/sessions', body, key);
      if (status === 201) return client.watch((answer as { id: string }).id);
      if (status !== 503) throw new Error(`The quiet tenant was refused: ${status} ${JSON.stringify(answer)}`);
      await pause(AGAIN_MS);
    }
  }

  async function timeRun(): Promise<number> {
    const startedMs = performance.now();
    const run = await startRun();
    const { reason } = await run.ended(120_000);
    if (reason !== 'completed') throw new Error(`A run of the quiet tenant ended as ${reason}.`);
    completed += 1;
    return performance.now() - startedMs;
  }

  return {
    get completed() {
      return completed;
    },
    async runEverySecond(over) {
      const runs: Promise<number>[] = [];
      let open = 0;
      while (!over.aborted) {
        // A client that waits for its runs starts no more.
        if (open < MAX_OPEN) {
          open += 1;
          const run = timeRun().finally(() => {
            open -= 1;
          });
          // It is awaited below; a failure before that must not end the process.
          run.catch(() => undefined);
          runs.push(run);
        }
        await pause(EVERY_MS, undefined, { signal: over }).catch(() => undefined);
      }
      return Promise.all(runs);
    },
  };
}
