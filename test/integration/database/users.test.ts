import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type Database } from '../../../db/database.ts';
import { migrate } from '../../../db/migrate.ts';
import { deleteSession } from '../../../db/queries/session-settings.ts';
import { ensureFirstTenant } from '../../../service/tenants/first-tenant.ts';
import { startTestServer } from '../../fixtures/mcp/postgres.ts';
import { readSchema } from '../../support/schema/read-schema.ts';
import { SCHEMA_FILE, schemaFileOf } from '../../support/schema/schema-file.ts';

/** A cluster without the roles of the services. The tests build on each other, in this order. */
let server: Awaited<ReturnType<typeof startTestServer>>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const urlOf = (database: string, user?: string) =>
  Object.assign(new URL(server.url), {
    pathname: `/${database}`,
    ...(user === undefined ? {} : { username: user, password: 'test' }),
  }).href;

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function newUser(name: string, attributes = ''): Promise<string> {
  await withClient(server.url, (client) => client.query(`CREATE ROLE ${name} LOGIN PASSWORD 'test' ${attributes}`));
  return name;
}

/** Makes a database that a user owns. @returns its URL for that user */
async function newDatabase(database: string, user: string): Promise<string> {
  await withClient(server.url, (client) => client.query(`CREATE DATABASE ${database} OWNER ${user}`));
  await withClient(urlOf(database), (client) => client.query(`ALTER SCHEMA public OWNER TO ${user}`));
  return urlOf(database, user);
}

async function using<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = createDatabase({ url, applicationName: 'test', maxConnections: 1 });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Makes a tenant with a session, its log and an effect, with the rights of the services, and erases the session. */
async function liveThroughASession(url: string): Promise<{ before: object; after: object }> {
  const { tenantId } = await ensureFirstTenant({ databaseUrl: url });
  const count = `SELECT (SELECT count(*)::int FROM session) AS sessions, (SELECT count(*)::int FROM session_event) AS events,
                        (SELECT count(*)::int FROM bundled_effect) AS effects`;
  return using(url, (database) =>
    database.transaction(tenantId, async (tx) => {
      const put = (name: string, text: string) => tx.query(name, text, [tenantId]);
      await put('agent', `INSERT INTO agent (tenant_id, agent_id, display_name) VALUES ($1, 'a', 'A')`);
      await put(
        'session',
        `INSERT INTO session (id, tenant_id, agent_id, status, max_turns, on_complete, idle_timeout_ms)
         VALUES ('s', $1, 'a', 'running', 1, 'end', 1)`,
      );
      await put(
        'event',
        `INSERT INTO session_event (session_id, seq, tenant_id, key, type, data) VALUES ('s', 1, $1, 'k', 't', '{}')`,
      );
      await put(
        'effect',
        `INSERT INTO bundled_effect (session_id, tool_call_id, result, tenant_id) VALUES ('s', 'c', '{}', $1)`,
      );
      const [before = {}] = await tx.query('count', count);
      await deleteSession(tx, 's');
      const [after = {}] = await tx.query('count', count);
      return { before, after };
    }),
  );
}

const lived = { before: { sessions: 1, events: 1, effects: 1 }, after: { sessions: 0, events: 0, effects: 0 } };

test('[tenant:database-user:no-superuser-needed] a database that is not migrated says so', async () => {
  const url = await newDatabase('unmigrated', await newUser('early'));
  await expect(ensureFirstTenant({ databaseUrl: url })).rejects.toThrow('migrate this database first');
});

test('[tenant:database-user:no-superuser-needed] a user who may not create roles is told which statements to run, and they are enough', async () => {
  const url = await newDatabase('plain', await newUser('plain_user'));
  const failure = await migrate(url).catch((error: Error) => error.message);
  expect(failure).toContain('The user plain_user may not create roles');
  const statements = String(failure).match(/(CREATE ROLE|GRANT) [^;]+;/g) ?? [];
  expect(statements).toHaveLength(3);
  await withClient(server.url, (client) => client.query(statements.join(' ')));
  await migrate(url);
  expect(await liveThroughASession(url)).toEqual(lived);
});

test('[tenant:database-user:no-superuser-needed] [I8] the owner of the tables sees no rows, and a migration that would therefore change nothing fails', async () => {
  await withClient(urlOf('plain', 'plain_user'), async (client) => {
    expect((await client.query('SELECT FROM tenant')).rowCount).toBe(0);
    await client.query('SET row_security = off');
    await expect(client.query(`UPDATE tenant SET name = 'x'`)).rejects.toThrow('row-level security');
    await client.query('BEGIN; ALTER TABLE tenant NO FORCE ROW LEVEL SECURITY');
    expect((await client.query(`UPDATE tenant SET name = 'x'`)).rowCount).toBe(1);
    await client.query('ALTER TABLE tenant FORCE ROW LEVEL SECURITY; COMMIT');
  });
});

test('[tenant:database-user:no-superuser-needed] a user who may not take the roles is told which statement to run, and it is enough', async () => {
  await newUser('stranger', 'NOINHERIT');
  const url = urlOf('plain', 'stranger');
  const refused = await ensureFirstTenant({ databaseUrl: url }).catch((error: Error) => error.message);
  expect(refused).toContain('GRANT agent_runs_service, agent_runs_sweeper TO that user;');
  await withClient(server.url, (client) => client.query('GRANT agent_runs_service, agent_runs_sweeper TO stranger'));
  expect((await ensureFirstTenant({ databaseUrl: url })).tenantId).toMatch(/^ten_/);
});

test('[tenant:database-user:no-superuser-needed] a user who may create roles can migrate several databases of one cluster at the same time', async () => {
  await withClient(urlOf('plain'), (client) => client.query('DROP OWNED BY agent_runs_service, agent_runs_sweeper'));
  await withClient(server.url, (client) => client.query('DROP ROLE agent_runs_service, agent_runs_sweeper'));
  await newUser('maker', 'CREATEROLE');
  const urls = [];
  for (const name of ['one', 'two', 'three', 'four']) urls.push(await newDatabase(name, 'maker'));
  await Promise.all(urls.map((url) => migrate(url)));
  for (const url of urls) expect(await liveThroughASession(url)).toEqual(lived);
  // A later user may neither create nor grant the roles. It is enough to be a member of them.
  await newUser('member', 'IN ROLE agent_runs_service, agent_runs_sweeper');
  const later = await newDatabase('later', 'member');
  await migrate(later);
  expect(await liveThroughASession(later)).toEqual(lived);
});

/** As db/schema.sql would show it. */
async function schemaOf(database: string): Promise<string> {
  const opened = createDatabase({ url: urlOf(database), applicationName: 'test', asOwner: true });
  try {
    return schemaFileOf(await opened.serviceTransaction(readSchema));
  } finally {
    await opened.close();
  }
}

test('db/schema.sql shows what the migrations make, whoever owns the database', async () => {
  const made = await schemaOf('later');
  expect(await readFile(SCHEMA_FILE, 'utf8'), 'run npm run schema').toBe(made);
  expect(await schemaOf('one')).toBe(made);
});

test('db/schema.sql is SQL that makes the schema it shows', async () => {
  await newDatabase('from_schema', 'maker');
  const schema = await readFile(SCHEMA_FILE, 'utf8');
  await withClient(urlOf('from_schema'), (client) => client.query(schema));
  expect(await schemaOf('from_schema')).toBe(schema);
});
