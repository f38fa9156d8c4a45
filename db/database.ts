import pg from 'pg';

/** Rows come back with `bigint` columns as JavaScript bigint and timestamps as Date. */
const BIGINT_OID = 20;

/** A query inside a transaction. `name` makes it a prepared statement: one name, one text. */
export interface Tx {
  readonly tenantId: string;
  query<Row extends object>(name: string, text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Database {
  /** Runs `work` in one transaction that sees the rows of one tenant (I8). Rolls back when it throws. */
  transaction<T>(tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * A transaction over all tenants: for the key look-up, the inbox bridge, the reconciler and migrations, nothing else.
   */
  serviceTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** True when Postgres answers within `timeoutMs`. */
  reachable(timeoutMs: number): Promise<boolean>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Connections at most (default 10). */
  readonly maxConnections?: number;
  readonly applicationName: string;
  /** Default 3 s. */
  readonly statementTimeoutMs?: number;
  /** Default 2 s. */
  readonly lockTimeoutMs?: number;
  /** Called with errors of idle connections; the pool replaces them by itself. */
  readonly onIdleError?: (error: Error) => void;
}

/**
 * A pool of connections. Unless told otherwise, statements end after 3 s and lock waits after 2 s: a stage is milliseconds
 * long, and a local activity that waits longer than its time-out would run twice.
 */
export function createDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    application_name: options.applicationName,
    statement_timeout: options.statementTimeoutMs ?? 3_000,
    lock_timeout: options.lockTimeoutMs ?? 2_000,
    idle_in_transaction_session_timeout: 10_000,
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
    types: { getTypeParser: parserOf },
  });
  pool.on('error', (error) => options.onIdleError?.(error));

  async function run<T>(begin: string, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await client.query(begin);
      const result = await work(txOver(client, tenantId));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((rollbackError: Error) => {
        broken = rollbackError;
      });
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  return {
    transaction: (tenantId, work) =>
      run(`BEGIN; SET LOCAL agent_runs.tenant_id = ${pg.escapeLiteral(tenantId)}`, tenantId, work),
    serviceTransaction: (work) => run('BEGIN', '', work),
    async reachable(timeoutMs) {
      const probe = pool.query('SELECT 1').then(
        () => true,
        () => false,
      );
      const late = new Promise<boolean>((resolve) => setTimeout(resolve, timeoutMs, false).unref());
      return Promise.race([probe, late]);
    },
    close: () => pool.end(),
  };
}

function txOver(client: pg.PoolClient, tenantId: string): Tx {
  return {
    tenantId,
    async query<Row extends object>(name: string, text: string, values: readonly unknown[] = []): Promise<Row[]> {
      const result = await client.query<Row>({ name, text, values: [...values] });
      return result.rows;
    },
  };
}

// pg's own signature for type parsers is untyped.
const parserOf: typeof pg.types.getTypeParser = (oid: number, format?: unknown) =>
  oid === BIGINT_OID ? (text: string) => BigInt(text) : pg.types.getTypeParser(oid, format as 'text');
