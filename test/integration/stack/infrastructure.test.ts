import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningInfrastructure, startInfrastructure } from '../../../stack/start-infrastructure.ts';

let home: string;
let infrastructure: RunningInfrastructure;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'agent-runs-infrastructure-'));
  infrastructure = await startInfrastructure({ home, env: process.env });
});

afterAll(async () => {
  await infrastructure?.stop();
  rmSync(home, { recursive: true, force: true });
});

test('Postgres runs with its guarantees of durability', async () => {
  const [row] = await query(
    "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit",
  );
  expect(row).toEqual({ fsync: 'on', commit: 'on' });
});

test('Postgres is reached by a socket, also after a kill, and by loopback if the path of the socket is too long', async () => {
  const overLoopback = async (url?: string) => (await query('SELECT inet_server_addr() AS at', url))[0];
  expect(await overLoopback()).toEqual({ at: null });
  await infrastructure.kill('postgres');
  await infrastructure.ready('postgres');
  expect(await overLoopback()).toEqual({ at: null });

  const deep = mkdtempSync(join(home, 'x'.repeat(60)));
  const other = await startInfrastructure({ home: deep, env: process.env });
  try {
    expect(await overLoopback(other.databaseUrl)).toEqual({ at: '127.0.0.1' });
  } finally {
    await other.stop();
  }
});

test('Temporal has its namespace as soon as it counts as started', async () => {
  await describeNamespace();
});

test('committed rows and the address survive a SIGKILL of Postgres, and Temporal goes on', async () => {
  await query('CREATE TABLE kept (n int)');
  await query('INSERT INTO kept VALUES (1)');
  const temporal = infrastructure.pid('temporal');
  await infrastructure.kill('postgres');
  await infrastructure.ready('postgres');
  expect(await query('SELECT n FROM kept')).toEqual([{ n: 1 }]);
  expect(infrastructure.pid('temporal')).toBe(temporal);
});

test('Temporal answers at its address again after a SIGKILL, and Postgres goes on', async () => {
  const postgres = infrastructure.pid('postgres');
  await infrastructure.kill('temporal');
  await infrastructure.ready('temporal');
  await describeNamespace();
  expect(infrastructure.pid('postgres')).toBe(postgres);
});

test('a stack that is started again has its data and its addresses', async () => {
  const { databaseUrl, temporalAddress } = infrastructure;
  await query('CREATE TABLE again (n int)');
  await infrastructure.stop();
  infrastructure = await startInfrastructure({ home, env: process.env });
  expect(infrastructure).toMatchObject({ databaseUrl, temporalAddress });
  expect(await query('SELECT count(*)::int AS n FROM again')).toEqual([{ n: 0 }]);
});

async function query(sql: string, url = infrastructure.databaseUrl): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function describeNamespace(): Promise<void> {
  const connection = await Connection.connect({ address: infrastructure.temporalAddress });
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
  } finally {
    await connection.close();
  }
}
