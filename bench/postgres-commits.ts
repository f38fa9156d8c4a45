import pg from 'pg';
import { median } from './metric.ts';

/** The shortest time in which something can be stored: inserts of a small row, each in a transaction of its own. */
export async function medianCommitMs(databaseUrl: string, commits: number): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    await client.query('CREATE TABLE IF NOT EXISTS bench_commit (id bigserial PRIMARY KEY, body text NOT NULL)');
    const times: number[] = [];
    for (let i = 0; i < commits; i++) {
      const sinceMs = performance.now();
      await client.query({
        name: 'commit',
        text: 'INSERT INTO bench_commit (body) VALUES ($1)',
        values: ['x'.repeat(200)],
      });
      times.push(performance.now() - sinceMs);
    }
    return median(times);
  });
}

/** Transactions of this database so far. Connections report theirs once a second, so compare over many. */
export async function transactionsSoFar(databaseUrl: string): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ count: string }>(
      'SELECT xact_commit AS count FROM pg_stat_database WHERE datname = current_database()',
    );
    return Number(rows[0]?.count);
  });
}

/** Turns of all sessions that are closed so far. */
export async function closedTurns(databaseUrl: string): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM turn WHERE closed_at IS NOT NULL');
    return Number(rows[0]?.count);
  });
}

/** Calls to models that are under way now. */
export async function modelCallsUnderWay(databaseUrl: string): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ count: string }>(
      "SELECT count(*) FROM model_attempt WHERE state = 'dispatched'",
    );
    return Number(rows[0]?.count);
  });
}

async function withClient<T>(databaseUrl: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
