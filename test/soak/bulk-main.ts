/**
 * `npm run soak:bulk`: thousands of sessions of an outage are retried in one job by two workers, one of which is killed every few
 * seconds. Each session has to be retried exactly once, and the rate to be kept. `BULK_SESSIONS` (5,000 unless given) and
 * `BULK_RATE` (40) set how many there are and how fast they are begun.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { bulk, bulkEnd, bulkItems, failedSessions } from '../support/failed-sessions.ts';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack } from '../support/stack.ts';

const SESSIONS = Number(process.env.BULK_SESSIONS ?? 5_000);
const RATE = Number(process.env.BULK_RATE ?? 40);
const SESSIONS_OF_AGENT = 90;
const KILL_EVERY_MS = 4_000;

const stack = await startTestStack({ restartWorkerAtOnce: true });
let second = await stack.startService('worker/main.ts');
const say = (text: string) => process.stdout.write(`${text}\n`);

try {
  const agents: string[] = [];
  while (agents.length < Math.ceil(SESSIONS / SESSIONS_OF_AGENT)) agents.push(await stack.newAgent());
  const each = Math.ceil(SESSIONS / agents.length);
  const { sessionIds, retry } = await failedSessions(stack, agents, { each });
  say(`${sessionIds.length} sessions of ${agents.length} agents have failed.`);

  const job = await bulk(stack.api, { action: 'retry', filter: { reason: 'error' }, rate: RATE, retry });
  let kills = 0;
  let ended = false;
  const killing = (async () => {
    while (!ended) {
      await pause(KILL_EVERY_MS);
      if (ended) return;
      await second.kill();
      second = await stack.startService('worker/main.ts');
      kills += 1;
      if (kills % 3 === 0) stack.killWorkerAt('bulk_item.before', 20);
    }
  })();
  const done = await bulkEnd(stack.api, job.id, 3_600_000);
  ended = true;
  await killing;

  const times = (await bulkItems(stack.api, job.id)).map(({ settled_at = '' }) => Date.parse(settled_at));
  const seconds = (Math.max(...times) - Math.min(...times)) / 1_000;
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ retries: number; noted: number; sessions: number }>(
      'retries-of-outage',
      `SELECT s.retries, coalesce(a.noted, 0)::int AS noted, count(*)::int AS sessions FROM session s
         LEFT JOIN (SELECT target, count(*) AS noted FROM audit_entry WHERE action = 'session.retry' GROUP BY target) a
                ON a.target = s.id
        WHERE s.id = ANY ($1) GROUP BY 1, 2`,
      [sessionIds],
    ),
  );
  say(`The job: ${JSON.stringify(done.progress)} in ${seconds.toFixed(0)} s while workers were killed ${kills} times.`);
  say(`Retries, audit entries and sessions: ${JSON.stringify(rows)}`);
  const once = rows.length === 1 && rows[0]?.retries === 1 && rows[0].noted === 1;
  if (!once || done.progress.done !== sessionIds.length) throw new Error('Not each session was retried exactly once.');
  if (sessionIds.length / seconds > RATE * 1.1) throw new Error('The rate was not kept.');
  await checkInvariants(stack);
  say(JSON.stringify({ 'ops/bulk-retry-under-kills': { value: sessionIds.length / seconds, unit: 'sessions/s' } }));
} finally {
  await second.kill();
  await stack.stop();
}
