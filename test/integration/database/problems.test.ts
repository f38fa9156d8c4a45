import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseProblem, databaseProblemOf } from '../../../db/database-problem.ts';
import { migrate } from '../../../db/migrate.ts';
import { startTestServer } from '../../fixtures/mcp/postgres.ts';

const PASSWORD = 'hush-hush';

let server: Awaited<ReturnType<typeof startTestServer>>;
/** A server that accepts connections and never answers. */
let mute: Server;

beforeAll(async () => {
  mute = createServer().listen(0, '127.0.0.1');
  [server] = await Promise.all([startTestServer(), once(mute, 'listening')]);
  await using_(server.url, `CREATE ROLE stranger LOGIN PASSWORD '${PASSWORD}'; CREATE DATABASE bare`);
});
afterAll(async () => {
  mute?.close();
  await server?.stop();
});

const url = (parts: Partial<Record<'username' | 'password' | 'host' | 'pathname' | 'search', string>>) =>
  Object.assign(new URL(server.url), parts).href;
const mutePort = () => (mute.address() as { port: number }).port; // A server that listens on TCP has a port.

test.each([
  [
    'a Postgres that is not there',
    () => url({ host: '127.0.0.1:1' }),
    /^The Postgres of .* cannot be reached \(ECONNREFUSED\); start it, or correct host and port in DATABASE_URL\.$/,
  ],
  [
    'a socket that is not there',
    () => 'postgres://a@/b?host=/nowhere',
    /^The Postgres of DATABASE_URL cannot be reached \(ENOENT\)/,
  ],
  [
    'a host that nobody knows',
    () => url({ host: 'nowhere.invalid' }),
    /^The host in DATABASE_URL is not known \(E[A-Z_]+\); correct it\.$/,
  ],
  [
    'a server that says nothing',
    () => url({ host: `127.0.0.1:${mutePort()}` }),
    /^What DATABASE_URL names does not answer as a Postgres does; correct host and port/,
  ],
  [
    'the wrong password',
    () => url({ password: PASSWORD }),
    /^Postgres refuses the user name or the password in DATABASE_URL; correct them\.$/,
  ],
  [
    'a database that does not exist',
    () => url({ pathname: '/nothing' }),
    /^The database that DATABASE_URL names does not exist; create it, or name another one\.$/,
  ],
  [
    'TLS where there is none',
    () => url({ search: '?sslmode=require' }),
    /^DATABASE_URL asks for TLS, which its Postgres does not offer; take sslmode out/,
  ],
  [
    'a certificate that is not there',
    () => url({ search: '?sslmode=verify-full&sslrootcert=/nowhere/ca.pem' }),
    /^A certificate or key file that DATABASE_URL names cannot be read \(ENOENT\)/,
  ],
])(
  '[stack:failed-start:one-clear-sentence] [I10] %s keeps a process from serving and a migration from running, with the same sentence',
  async (_, wrong, said) => {
    const problems = await Promise.all([
      databaseProblem(wrong()),
      migrate(wrong()).then(() => 'it was migrated', databaseProblemOf),
    ]);
    expect(problems).toEqual([expect.stringMatching(said), problems[0]]);
    expect(problems[0]).not.toContain(PASSWORD);
  },
);

test('[stack:failed-start:one-clear-sentence] a missing password is named when Postgres asks for one', () => {
  const error = new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string');
  expect(databaseProblemOf(error)).toBe('Postgres asks for a password and DATABASE_URL has none; add it.');
});

test('[stack:failed-start:one-clear-sentence] a migration of a read-only Postgres, or by a user without rights, is refused with the reason', async () => {
  const readOnly = url({ search: '?options=-c%20default_transaction_read_only%3Don' });
  await expect(migrate(readOnly).catch(databaseProblemOf)).resolves.toMatch(/^DATABASE_URL names a read-only Postgres/);
  const stranger = url({ username: 'stranger', password: PASSWORD });
  await expect(migrate(stranger).catch(databaseProblemOf)).resolves.toMatch(
    /^The user of DATABASE_URL lacks a right \(permission denied for schema public\); see docs\/operations\.md/,
  );
});

test('[stack:failed-start:one-clear-sentence] a database is usable once it is migrated, and another of the same cluster is not', async () => {
  expect(await databaseProblem(server.url)).toMatch(/: migrate this database first\.$/);
  await migrate(server.url);
  expect(await databaseProblem(server.url)).toBeUndefined();
  expect(await databaseProblem(url({ pathname: '/bare' }))).toBe(
    'The database of DATABASE_URL is not migrated; run db/migrate-main.ts on it first.',
  );
});

async function using_(address: string, sql: string): Promise<void> {
  const client = new pg.Client(address);
  await client.connect();
  for (const statement of sql.split('; ')) await client.query(statement);
  await client.end();
}
