import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { PostgresClient } from './postgres-client.ts';
import { NAME_OF_ROLE } from './roles.ts';

const TIMEOUT_MS = 3_000;
const CHANNEL = 'agent_runs_doctor';

/** What a person who mends an installation wants to know of its database. */
export interface DatabaseFacts {
  /** As `server_version_num` has it: 170010 is 17.10. */
  readonly versionNumber: number;
  readonly user: string;
  readonly isSuperuser: boolean;
  /** Roles of the services that do not exist, or that the user may not take. */
  readonly missingRoles: readonly string[];
  /** How far the clock of Postgres is ahead of this machine's, in milliseconds. */
  readonly clockAheadMs: number;
  /** Whether a notification comes through whatever stands in between. Poolers in transaction mode swallow them. */
  readonly notifies: boolean;
}

/** @throws the error of Postgres, for `databaseProblemOf` */
export async function readDatabaseFacts(databaseUrl: string): Promise<DatabaseFacts> {
  const [listener, sender] = [connectionTo(databaseUrl), connectionTo(databaseUrl)];
  try {
    await Promise.all([listener.connect(), sender.connect()]);
    const sentAtMs = Date.now();
    const { rows } = await sender.query<{
      version: number;
      user: string;
      superuser: boolean;
      roles: string[];
      now_ms: number;
    }>(
      `SELECT current_setting('server_version_num')::int AS version,
              current_user AS "user",
              (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
              ARRAY(SELECT rolname::text FROM pg_roles
                    WHERE rolname = ANY ($1) AND pg_has_role(current_user, oid, 'MEMBER')) AS roles,
              extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms`,
      [Object.values(NAME_OF_ROLE)],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('Postgres answered without a row.');
    return {
      versionNumber: row.version,
      user: row.user,
      isSuperuser: row.superuser,
      missingRoles: Object.values(NAME_OF_ROLE).filter((role) => !row.roles.includes(role)),
      clockAheadMs: row.now_ms - (sentAtMs + Date.now()) / 2,
      notifies: await comesThrough(listener, sender),
    };
  } finally {
    await Promise.all([listener.end(), sender.end()].map((ending) => ending.catch(() => undefined)));
  }
}

function connectionTo(databaseUrl: string): pg.Client {
  const client = new PostgresClient({
    connectionString: databaseUrl,
    application_name: 'agent-runs-doctor',
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  return client;
}

async function comesThrough(listener: pg.Client, sender: pg.Client): Promise<boolean> {
  const token = randomUUID();
  await listener.query(`LISTEN ${CHANNEL}`);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), TIMEOUT_MS);
    listener.on('notification', ({ payload }) => {
      if (payload !== token) return;
      clearTimeout(timer);
      resolve(true);
    });
    sender.query('SELECT pg_notify($1, $2)', [CHANNEL, token]).catch((error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
