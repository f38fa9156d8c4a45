import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { PostgresClient } from './postgres-client.ts';

const MIGRATIONS = new URL('./migrations/', import.meta.url);
/** Any number that is the same in all processes: only the one that holds the lock migrates. */
const ADVISORY_LOCK = 7_203_114;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Applies the numbered files of db/migrations/ that this database lacks, each in a transaction of its own.
 * @param options.vectors makes the extension "vector" as well, where this database can have it. Nothing fails if it cannot.
 * @throws Error when a migration has changed since it landed, or when a file fails; the database then stays at the file before
 */
export async function migrate(databaseUrl: string, options: { readonly vectors?: boolean } = {}): Promise<void> {
  const client = new PostgresClient({
    connectionString: databaseUrl,
    application_name: 'agent-runs-migrate',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await client.query(
      'CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const landed = await client.query<{ name: string; sha256: string }>('SELECT name, sha256 FROM schema_migration');
    const landedSha256 = new Map(landed.rows.map((row) => [row.name, row.sha256]));
    for (const name of await migrationNames()) {
      const sql = await readFile(new URL(name, MIGRATIONS), 'utf8');
      const sha256 = createHash('sha256').update(sql).digest('hex');
      const known = landedSha256.get(name);
      if (known === sha256) continue;
      if (known !== undefined) throw new Error(`Migration ${name} was changed after it landed; add a new one instead.`);
      await apply(client, name, sha256, sql);
    }
    // Without it, memory is searched by words alone. The services say so when they start, and why (db/queries/vector-extension.ts).
    if (options.vectors === true) await client.query('CREATE EXTENSION IF NOT EXISTS vector').catch(() => undefined);
  } finally {
    await client.end();
  }
}

async function migrationNames(): Promise<string[]> {
  const names = await readdir(fileURLToPath(MIGRATIONS));
  return names.filter((name) => name.endsWith('.sql')).sort();
}

async function apply(client: pg.Client, name: string, sha256: string, sql: string): Promise<void> {
  // Row-level security hides rows from their owner, too. A migration that changes hidden rows must fail, not do nothing.
  await client.query('BEGIN; SET LOCAL row_security = off');
  try {
    await client.query(sql);
    await client.query('INSERT INTO schema_migration (name, sha256) VALUES ($1, $2)', [name, sha256]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`Migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
