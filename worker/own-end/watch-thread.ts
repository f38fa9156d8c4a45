import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import pino from 'pino';
import { createDatabase } from '../../db/database.ts';
import { type DeathCause, recordDeath, type StageAtDeath } from '../../db/queries/worker-death.ts';
import { BEATS, RUNNING, type WatchMessage, type WatchSettings } from './watch-messages.ts';

/** A process that was stopped and goes on loses one look, however long it stood still. */
const LOOK_EVERY_MS = 200;
const RECORD_MS = 4_000;

// The main thread sends these settings and nothing else.
const { databaseUrl, hangMs, mostBytes, state } = workerData as WatchSettings;
const stages = new Map<number, Omit<StageAtDeath, 'proven'>>();
let beats = -1;
let looksWithoutBeat = 0;
let dying = false;

parentPort?.on('message', (message: WatchMessage) => {
  if (message.kind === 'begun') stages.set(message.id, message.stage);
  else stages.delete(message.id);
});

setInterval(() => {
  if (dying) return;
  const now = Atomics.load(state, BEATS);
  looksWithoutBeat = now === beats ? looksWithoutBeat + 1 : 0;
  beats = now;
  if (looksWithoutBeat * LOOK_EVERY_MS >= hangMs) void die('hang');
  else if (process.memoryUsage.rss() > mostBytes) void die('memory');
}, LOOK_EVERY_MS);

/**
 * Ends the process, after it was written down at which stages. Nothing else can: the main thread does not come back, and Node ends
 * a process whose memory is used up without asking anybody.
 */
async function die(cause: DeathCause): Promise<void> {
  dying = true;
  const running = stages.get(Atomics.load(state, RUNNING));
  const under = [...stages.values()].map((stage) => ({ ...stage, proven: stage === running }));
  const log = pino(
    { name: 'worker', timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    pino.destination(2),
  );
  const db = createDatabase({ url: databaseUrl, maxConnections: 1, applicationName: 'agent-runs-worker-death' });
  const recorded = under.length === 0 ? true : db.serviceTransaction((tx) => recordDeath(tx, cause, under));
  await Promise.race([Promise.resolve(recorded).catch(() => {}), pause(RECORD_MS)]);
  const { sessionId: session_id, tenantId: tenant_id, stage } = running ?? {};
  log.fatal({ cause, session_id, tenant_id, stage, stages: under.length }, 'The worker ends itself.');
  process.kill(process.pid, 'SIGKILL');
}
