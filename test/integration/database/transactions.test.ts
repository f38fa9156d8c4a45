import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type Database, type Tx } from '../../../db/database.ts';
import { planFreely } from '../../../db/planning.ts';
import { startTestServer } from '../../fixtures/mcp/postgres.ts';

/** There is only one connection, so that each transaction meets what the one before left behind. */
let server: Awaited<ReturnType<typeof startTestServer>>;
let db: Database;
beforeAll(async () => {
  server = await startTestServer();
  db = createDatabase({ url: server.url, asOwner: true, applicationName: 'test', maxConnections: 1 });
  await db.serviceTransaction((tx) => tx.query('make', 'CREATE TABLE note (n int PRIMARY KEY)'));
});
afterAll(async () => {
  await db.close();
  await server.stop();
});
beforeEach(() => db.serviceTransaction((tx) => tx.query('empty', 'DELETE FROM note')));

const notes = () =>
  db.serviceTransaction(async (tx) => {
    const rows = await tx.query<{ n: number }>('notes', 'SELECT n FROM note ORDER BY n');
    return rows.map((row) => row.n);
  });
const INSERT = ['insert', 'INSERT INTO note VALUES ($1)'] as const;

test('statements are executed in the order in which they were issued, and each gets its own answer', async () => {
  const answers = await db.serviceTransaction(async (tx) => {
    tx.send(...INSERT, [1]);
    const before = tx.query('count', 'SELECT count(*)::int AS count FROM note');
    tx.send(...INSERT, [2]);
    const after = tx.query('count', 'SELECT count(*)::int AS count FROM note');
    const returned = tx.query('returning', 'INSERT INTO note VALUES (3), (4) RETURNING n');
    return Promise.all([before, after, returned]);
  });
  expect(answers).toEqual([[{ count: 1 }], [{ count: 2 }], [{ n: 3 }, { n: 4 }]]);
});

test('a value comes back in the type of its column', async () => {
  const at = new Date('2026-11-23T01:02:03.004Z');
  const values = [7n, at, null, ['a"b', null, 'c,d'], Buffer.from([0, 255]), true, 1.5, '{"a": [1]}'];
  const read = () =>
    db.serviceTransaction((tx) =>
      tx.query(
        'types',
        `SELECT $1::bigint AS big, $2::timestamptz AS at, $3::text AS nothing, $4::text[] AS texts, $5::bytea AS bytes,
                $6::boolean AS yes, $7::float8 AS half, $8::jsonb AS json`,
        values,
      ),
    );
  const row = {
    ...{ big: 7n, at, nothing: null, texts: ['a"b', null, 'c,d'] },
    ...{ bytes: Buffer.from([0, 255]), yes: true, half: 1.5, json: { a: [1] } },
  };
  // The second time the columns are known already.
  expect([await read(), await read()]).toEqual([[row], [row]]);
});

test('a transaction fails with the error of its first failed statement, and nothing of it is kept', async () => {
  const failed = db.serviceTransaction(async (tx) => {
    tx.send(...INSERT, [1]);
    tx.send(...INSERT, [1]);
    await tx.query('count', 'SELECT count(*)::int AS count FROM note');
  });
  await expect(failed).rejects.toMatchObject({ code: '23505' });
  const caught = db.serviceTransaction(async (tx) => {
    tx.send(...INSERT, [1]);
    await tx.query('divide', 'SELECT 1 / 0').catch(() => undefined);
    tx.send(...INSERT, [2]);
  });
  await expect(caught).rejects.toMatchObject({ code: '22012' });
  expect(await notes()).toEqual([]);
});

test('a write that is queued when its transaction is given up is never executed', async () => {
  const givenUp = db.serviceTransaction(async (tx) => {
    await tx.query('count', 'SELECT count(*)::int AS count FROM note');
    tx.send(...INSERT, [1]);
    throw new Error('given up');
  });
  await expect(givenUp).rejects.toThrow('given up');
  const neverBegun = db.serviceTransaction(async (tx) => {
    tx.send(...INSERT, [2]);
    throw new Error('given up');
  });
  await expect(neverBegun).rejects.toThrow('given up');
  expect(await notes()).toEqual([]);
});

test('a statement after the end of its transaction is refused', async () => {
  const over = await db.serviceTransaction(async (tx) => tx);
  await expect(over.query('count', 'SELECT count(*)::int AS count FROM note')).rejects.toThrow('is over');
  over.send(...INSERT, [1]);
  expect(await notes()).toEqual([]);
});

test('a statement that was skipped after an error works on the same connection afterwards', async () => {
  const first = db.serviceTransaction(async (tx) => {
    tx.send('divide', 'SELECT 1 / 0');
    await tx.query('never-reached', 'SELECT 1 AS one');
  });
  await expect(first).rejects.toMatchObject({ code: '22012' });
  const wrong = db.serviceTransaction((tx) => tx.query('wrong', 'SELEC 1'));
  await expect(wrong).rejects.toMatchObject({ code: '42601' });
  const again = () => db.serviceTransaction((tx) => tx.query('never-reached', 'SELECT 1 AS one'));
  expect([await again(), await again()]).toEqual([[{ one: 1 }], [{ one: 1 }]]);
});

test('two statements with the same name are refused before anything is sent', async () => {
  const twice = db.serviceTransaction(async (tx) => {
    await tx.query(...INSERT, [1]);
    tx.send('insert', 'INSERT INTO note VALUES ($1 + 1)', [1]);
  });
  await expect(twice).rejects.toThrow('called insert');
  const twiceAtOnce = db.serviceTransaction(async (tx) => {
    tx.send('insert-one', 'INSERT INTO note VALUES (1)');
    tx.send('insert-one', 'INSERT INTO note VALUES (2)');
  });
  await expect(twiceAtOnce).rejects.toThrow('called insert-one');
  expect(await notes()).toEqual([]);
});

test('a value that cannot be sent as a parameter fails its transaction and leaves the connection usable', async () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const failed = db.serviceTransaction((tx) => tx.query('json', 'SELECT $1::jsonb AS json', [circular]));
  await expect(failed).rejects.toThrow('circular');
  const queued = db.serviceTransaction(async (tx) => {
    tx.send(...INSERT, [1]);
    tx.send('json', 'SELECT $1::jsonb AS json', [circular]);
  });
  await expect(queued).rejects.toThrow('circular');
  expect(await notes()).toEqual([]);
});

test('a transaction that has Postgres plan freely leaves the next one of its connection with plans by key', async () => {
  const byKey = createDatabase({
    ...{ url: server.url, asOwner: true, applicationName: 'test-plans' },
    ...{ maxConnections: 1, plansByKey: true },
  });
  const settings = (tx: Tx) =>
    tx.query(
      'settings',
      `SELECT current_setting('plan_cache_mode') AS mode, current_setting('enable_seqscan') AS seqscan`,
    );
  const kept = [{ mode: 'force_generic_plan', seqscan: 'off' }];
  expect(await byKey.serviceTransaction(settings)).toEqual(kept);
  const freely = await byKey.serviceTransaction((tx) => {
    planFreely(tx);
    return settings(tx);
  });
  expect(freely).toEqual([{ mode: 'force_custom_plan', seqscan: 'on' }]);
  expect(await byKey.serviceTransaction(settings)).toEqual(kept);
  await byKey.close();
});
