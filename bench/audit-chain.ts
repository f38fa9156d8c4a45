/**
 * Measures what the audit costs the transactions of one tenant: none, an entry that is linked later (as the service does), and
 * an entry that is linked at once under the lock of the tenant's chain, which is the other way to do it. Also measures the
 * check of a chain of 100,000 entries.
 * Not measured: a disk that takes long to commit, where waiting for one lock costs more.
 */
import { checkChain } from '../audit/check-chain.ts';
import { linkEntries } from '../audit/link-entries.ts';
import { createDatabase, type Tx } from '../db/database.ts';
import { extendChain, lockChain, readChainEnd } from '../db/queries/audit-chain.ts';
import { insertToolAudit, type ToolAuditEntry } from '../db/queries/tool-audit.ts';
import { createSealer } from '../processes/seal.ts';
import { startTestDatabase } from '../test/fixtures/mcp/postgres.ts';
import { median, rounded, single } from './metric.ts';
import { runBenchmark } from './run-benchmark.ts';

const CONNECTIONS = 32;
const ROUNDS = 4;
const ROUND_MS = 3_000;
const CHAIN = 100_000;

const entry = (n: number): ToolAuditEntry => ({
  kind: 'decision',
  actor: 'bench-agent',
  action: 'tool_call.decide',
  target: `call_${n}`,
  sessionId: 'sess_bench',
  agentId: 'bench-agent',
  tool: 'docs_search',
  verdict: 'allow',
  detail: { call_id: `call_${n}`, turn: n, rule: 'default', arguments_sha256: '0'.repeat(64) },
});

await runBenchmark('audit-chain', async ({ log, onEnd }) => {
  const postgres = await startTestDatabase();
  onEnd(() => postgres.stop());
  const db = createDatabase({ url: postgres.url, applicationName: 'bench', maxConnections: CONNECTIONS });
  onEnd(() => db.close());
  const sealer = createSealer('ab'.repeat(32));
  await postgres.database.serviceTransaction(async (tx) => {
    await tx.query('tenants', `INSERT INTO tenant (id, name) VALUES ('ten_rate', 'rate'), ('ten_chain', 'chain')`);
    await tx.query('work', 'CREATE TABLE bench_work (id bigserial PRIMARY KEY, body text NOT NULL)');
    await tx.query('rights', 'GRANT ALL ON bench_work, bench_work_id_seq TO agent_runs_service');
  });

  const variants: Readonly<Record<string, (tx: Tx, n: number) => Promise<void>>> = {
    none: async () => undefined,
    linked_later: async (tx, n) => insertToolAudit(tx, [entry(n)]),
    linked_at_once: async (tx, n) => {
      insertToolAudit(tx, [entry(n)]);
      lockChain(tx);
      const { lastSeq } = await readChainEnd(tx);
      extendChain(tx, [{ seq: lastSeq + 1, entryId: `aud_${n}`, hash: '0'.repeat(64) }], 'now', Buffer.from('head'));
    },
  };
  const rates: Record<string, number[]> = {};
  let done = 0;
  let begun = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, audit] of Object.entries(variants)) {
      const before = done;
      const untilMs = performance.now() + ROUND_MS;
      const worker = async () => {
        while (performance.now() < untilMs) {
          await db.transaction('ten_rate', async (tx) => {
            tx.send('work-row', 'INSERT INTO bench_work (body) VALUES ($1)', ['x'.repeat(200)]);
            await audit(tx, begun++);
          });
          done++;
        }
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, worker));
      const rate = (done - before) / (ROUND_MS / 1_000);
      rates[name] = [...(rates[name] ?? []), rate];
      log(`round ${round + 1}, ${name}: ${rate.toFixed(0)} commits/s`);
    }
  }

  for (let n = 0; n < CHAIN; n += 1_000) {
    const entries = Array.from({ length: 1_000 }, (_, i) => entry(n + i));
    await db.transaction('ten_chain', async (tx) => insertToolAudit(tx, entries));
  }
  log(`${CHAIN} entries are written`);
  let sinceMs = performance.now();
  while ((await linkEntries({ db, sealer }, 'ten_chain')) > 0);
  const linkedMs = performance.now() - sinceMs;
  sinceMs = performance.now();
  const heapBefore = process.memoryUsage().heapUsed;
  const checked = await checkChain({ db, sealer, nowMs: Date.now }, 'ten_chain', { timeLimitMs: 120_000 });
  const checkedMs = performance.now() - sinceMs;
  if (!checked.ok || checked.entries !== CHAIN) throw new Error(`The chain does not hold: ${JSON.stringify(checked)}`);
  const floor = rates.none ?? [];
  const against = (name: string) => ({
    value: rounded(median(rates[name] ?? [])),
    floor: rounded(median(floor)),
    ratio: rounded(median(rates[name] ?? []) / median(floor)),
    unit: 'commits/s',
  });
  return {
    'audit.linked_later': against('linked_later'),
    'audit.linked_at_once': against('linked_at_once'),
    'audit.link': single([(linkedMs / CHAIN) * 1_000], 'us/entry'),
    'audit.check': single([(checkedMs / CHAIN) * 1_000], 'us/entry'),
    'audit.check_heap_growth': single([Math.max(1, (process.memoryUsage().heapUsed - heapBefore) / 1e6)], 'MB'),
  };
});
