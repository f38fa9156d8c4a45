import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createSealer } from '../../../processes/seal.ts';
import { SEALED_COLUMNS } from '../../../service/sealing/sealed-columns.ts';
import { resealOldSecrets } from '../../../stack/reseal-old-secrets.ts';
import { startTestDatabase, type TestDatabase } from '../../fixtures/mcp/postgres.ts';
import { until } from '../../support/until.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const [OLD, NEW, LOST] = ['a1', 'b2', 'c3'].map((byte) => byte.repeat(32)) as [string, string, string];
const old = createSealer(OLD);
const renewed = createSealer(NEW);

const TENANTS = ['ten_a', 'ten_b', 'ten_c'];
/** More than one transaction seals anew. */
const PROVIDERS = 25;

let db: TestDatabase;
const running: ChildProcess[] = [];

beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await db?.stop();
});
beforeEach(async () => {
  await db.database.serviceTransaction(async (tx) => {
    await tx.query('clear-providers', 'DELETE FROM provider');
    await tx.query('clear-servers', 'DELETE FROM mcp_server');
    for (const tenantId of TENANTS) {
      await tx.query('add-tenant', 'INSERT INTO tenant (id, name) VALUES ($1, $1) ON CONFLICT DO NOTHING', [tenantId]);
      await tx.query(
        'add-server',
        `INSERT INTO mcp_server (id, tenant_id, name, transport, url, args, sealed_auth, sealed_headers, sealed_env)
         VALUES ($1, $2, 'tools', 'streamable-http', 'http://tools', '[]', $3, $4, $5)`,
        [
          `mcp_${tenantId}`,
          tenantId,
          ...['', '/headers', '/env'].map((kind) => sealedFor(tenantId, `mcp_${tenantId}${kind}`)),
        ],
      );
      for (let n = 0; n < PROVIDERS; n++) {
        const id = `prov_${tenantId}_${String(n).padStart(2, '0')}`;
        await tx.query(
          'add-provider',
          `INSERT INTO provider (id, tenant_id, kind, name, source, sealed_key, sealed_headers)
           VALUES ($1, $2, 'openai', $1, 'api', $3, $4)`,
          [id, tenantId, sealedFor(tenantId, id), n % 2 === 0 ? sealedFor(tenantId, `${id}/headers`) : null],
        );
      }
    }
  });
});

const sealedFor = (tenantId: string, rowId: string, sealer = old) =>
  sealer.seal(`secret of ${rowId}`, { tenantId, rowId });

/** A provider has a key, every other one has headers, and each tenant has one server with three secrets. */
const SECRETS = TENANTS.length * (PROVIDERS + Math.ceil(PROVIDERS / 2) + 3);

function startReseal(args: readonly string[] = [], keys = { current: NEW, old: OLD }) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'service/sealing/reseal-main.ts', ...args], {
    cwd: PROJECT,
    env: {
      PATH: process.env.PATH,
      // A user who sees no rows but those that the roles of the services show.
      DATABASE_URL: db.serviceUrl,
      AGENT_RUNS_SEALING_KEY: keys.current,
      AGENT_RUNS_SEALING_KEYS_OLD: keys.old,
    },
  });
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      output += piece.toString();
    });
  }
  return { child, output: () => output, ended: once(child, 'close').then(([code]) => ({ code, output })) };
}

/** Opens every secret with the sealer. @returns how many opened and how many did not */
async function openedWith(sealer = renewed) {
  const counts = { opened: 0, closed: 0 };
  for (const { table, column, boundTo } of SEALED_COLUMNS) {
    const rows = await db.database.serviceTransaction((tx) =>
      tx.query<{ id: string; tenantId: string; sealed: Buffer }>(
        `sealed-${table}-${column}`,
        `SELECT id, tenant_id AS "tenantId", ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`,
      ),
    );
    for (const { id, tenantId, sealed } of rows) {
      const rowId = boundTo(id);
      try {
        expect(sealer.open(sealed, { tenantId, rowId })).toBe(`secret of ${rowId}`);
        counts.opened += 1;
      } catch {
        counts.closed += 1;
      }
    }
  }
  return counts;
}

test('[tenant:secret:key-can-be-changed] [I8] one command seals the secrets of all tenants under the new key, each bound to its row as before', async () => {
  const dry = await startReseal(['--dry-run']).ended;
  expect(dry).toMatchObject({ code: 0 });
  expect(dry.output).toContain(`The sealing key is ${renewed.keyId}; older keys: ${old.keyId}.`);
  expect(dry.output).toContain(`not sealed under it: ${SECRETS}.`);
  expect(await openedWith(old)).toEqual({ opened: SECRETS, closed: 0 });

  const done = await startReseal().ended;
  expect(done).toMatchObject({ code: 0 });
  expect(done.output).toContain(`Tenant ten_b: ${SECRETS / 3} sealed anew, 0 left.`);
  expect(done.output).toContain(`Sealed anew: ${SECRETS}. None is left under an older key.`);
  expect(await openedWith()).toEqual({ opened: SECRETS, closed: 0 });

  const again = await startReseal([], { current: NEW, old: '' }).ended;
  expect(again.output).toContain('Sealed anew: 0. None is left');
});

test('[tenant:secret:key-can-be-changed] killed in the middle, it leaves each secret sealed under one key or the other, and the next run does the rest', async () => {
  // A row in the middle is locked, so that the command waits there until it is killed.
  const holder = new pg.Client(db.url);
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query(`SELECT 1 FROM provider WHERE id = 'prov_ten_b_22' FOR UPDATE`);
    const { child, ended } = startReseal();
    await until('the command to wait for the row', async () => {
      const waiting = await db.database.serviceTransaction((tx) =>
        tx.query(
          'waiting-reseal',
          `SELECT 1 FROM pg_stat_activity WHERE application_name = 'agent-runs-reseal' AND wait_event_type = 'Lock'`,
        ),
      );
      return waiting.length > 0;
    });
    child.kill('SIGKILL');
    await ended;
  } finally {
    await holder.query('ROLLBACK');
    await holder.end();
  }
  const half = await openedWith();
  expect(half.opened).toBeGreaterThan(SECRETS / 3);
  expect(half.closed).toBeGreaterThan(SECRETS / 3);
  expect(await openedWith(createSealer(NEW, [OLD]))).toEqual({ opened: SECRETS, closed: 0 });

  const done = await startReseal().ended;
  expect(done).toMatchObject({ code: 0 });
  expect(done.output).toContain(`Sealed anew: ${half.closed}. None is left`);
  expect(await openedWith()).toEqual({ opened: SECRETS, closed: 0 });
});

test('[tenant:secret:key-can-be-changed] secrets of a key that is missing are left alone and named with its id, and all others are sealed anew', async () => {
  const lost = createSealer(LOST);
  await db.database.serviceTransaction((tx) =>
    tx.query('lose-a-key', `UPDATE provider SET sealed_key = $1 WHERE id = 'prov_ten_b_07'`, [
      sealedFor('ten_b', 'prov_ten_b_07', lost),
    ]),
  );
  const { code, output } = await startReseal().ended;
  expect(code).toBe(1);
  expect(output).toContain(
    `provider.sealed_key of prov_ten_b_07 (tenant ten_b) cannot be opened: it was sealed under the key ${lost.keyId}, and this process has only ${renewed.keyId}, ${old.keyId}.`,
  );
  expect(output).toContain(`Sealed anew: ${SECRETS - 1}. Left: 1.`);
  expect(await openedWith(createSealer(LOST, [NEW]))).toEqual({ opened: SECRETS, closed: 0 });
});

test('[tenant:secret:key-can-be-changed] the embedded stack seals secrets anew before its services start, and says when the older keys are not needed', async () => {
  const lines: string[] = [];
  const options = { databaseUrl: db.serviceUrl, sealingKey: NEW, log: (line: string) => lines.push(line) };
  await resealOldSecrets({ ...options, oldSealingKeys: [] });
  expect(lines).toEqual([]);
  await resealOldSecrets({ ...options, oldSealingKeys: [OLD] });
  expect(lines.at(-1)).toBe(`sealed ${SECRETS} secrets anew; the older sealing keys are not needed any more`);
  expect(await openedWith()).toEqual({ opened: SECRETS, closed: 0 });
});

test('[stack:failed-start:one-clear-sentence] an argument that it does not know is refused in one sentence', async () => {
  const { code, output } = await startReseal(['--dryrun']).ended;
  expect([code, output.trim()]).toEqual([1, 'Unknown argument --dryrun. The only one is --dry-run.']);
});
