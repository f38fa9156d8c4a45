import pg from 'pg';
import { openPipeline, type Pipeline, SilentPostgres } from './pipeline.ts';
import { PLANS_BY_KEY } from './planning.ts';
import { PostgresClient } from './postgres-client.ts';
import { NAME_OF_ROLE, type Role, roleTrouble } from './roles.ts';

/** Rows come back with `bigint` columns as JavaScript bigint and timestamps as Date. */
const BIGINT_OID = 20;
/** BEGIN and ROLLBACK wait for nothing: a server that does not answer them is out of reach, whatever the socket says. */
const SILENCE_MS = 3_000;
/** Who has to wait longer than this for an answer has BEGIN answered by itself. */
const PATIENCE_MS = 5_000;
const IDLE_MS = 300_000;
/** By then the server's own time-out has been heard of, if it can be heard. */
const BEYOND_STATEMENT_TIMEOUT_MS = 2_000;

/** A query inside a transaction. `name` makes it a prepared statement: one name, one text. */
export interface Tx {
  readonly tenantId: string;
  query<Row extends object>(name: string, text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A write whose outcome nobody reads: it shares a round trip with what follows. The transaction throws what it throws. */
  send(name: string, text: string, values?: readonly unknown[]): void;
}

export interface Database {
  /** Runs `work` in one transaction that sees and writes the rows of one tenant (I8). Rolls back when it throws. */
  transaction<T>(tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * A transaction over all tenants: for the key look-up, the inbox bridge, the reconciler and the like. Its role is granted
   * what those need and nothing else (docs/adr/0012-row-level-security.md).
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
  /** For processes that serve many look-ups by key; see planning.ts. Default false: Postgres plans as it likes. */
  readonly plansByKey?: boolean;
  /** As the user of the URL instead of the roles of the services. For tests, which look at everything. Default false. */
  readonly asOwner?: boolean;
  /** Called with errors of idle connections; the pool replaces them by itself. */
  readonly onIdleError?: (error: Error) => void;
}

/**
 * A pool of connections. Unless told otherwise, statements end after 3 s and lock waits after 2 s: a stage is milliseconds
 * long, and a local activity that waits longer than its time-out would run twice.
 */
export function createDatabase(options: DatabaseOptions): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? 3_000;
  const timeoutMs = statementTimeoutMs + BEYOND_STATEMENT_TIMEOUT_MS;
  const silence = timeoutMs > PATIENCE_MS ? { timeoutMs, firstTimeoutMs: SILENCE_MS } : { timeoutMs };
  const pool = new pg.Pool({
    Client: PostgresClient,
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    application_name: options.applicationName,
    statement_timeout: statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs ?? 2_000,
    idle_in_transaction_session_timeout: 10_000,
    connectionTimeoutMillis: 3_000,
    options: options.plansByKey === true ? PLANS_BY_KEY : undefined,
    // To begin again costs a connection every plan it has made.
    idleTimeoutMillis: IDLE_MS,
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  const answeredAtMs = new WeakMap<pg.PoolClient, number>();
  let silentSinceMs = 0;

  /** Where one connection fell silent, those that have not been heard of since are likely to be dead as well. */
  async function connectionHeardOf(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await pool.connect();
      if ((answeredAtMs.get(client) ?? Number.POSITIVE_INFINITY) >= silentSinceMs) return client;
      client.release(true);
    }
  }

  async function run<T>(beginning: Beginning, work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await connectionHeardOf();
    let broken: Error | undefined;
    let notBegun: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    const openedAtMs = performance.now();
    const pipeline = openPipeline(client, { typeParser, ...silence });
    try {
      for (const { name, text, values } of beginning.statements) {
        pipeline.query(name, text, values).catch((error: unknown) => {
          notBegun ??= roleTrouble(error);
        });
      }
      const result = await work(txOver(pipeline, beginning.tenantId));
      await pipeline.commit();
      answeredAtMs.set(client, performance.now());
      return result;
    } catch (error) {
      pipeline.close();
      if (pipeline.failure instanceof SilentPostgres) {
        silentSinceMs = Math.max(silentSinceMs, openedAtMs);
        broken ??= pipeline.failure;
      } else {
        await client.query(rollback).then(
          () => answeredAtMs.set(client, performance.now()),
          (rollbackError: Error) => {
            broken = rollbackError;
          },
        );
      }
      throw notBegun ?? pipeline.failure ?? error;
    } finally {
      pipeline.close();
      client.off('error', onError);
      client.release(broken);
    }
  }

  const entering = (role: Role, tenantId: string): Beginning => ({
    tenantId,
    statements: [begin, options.asOwner === true ? enterAsOwner(tenantId) : enter(role, tenantId)],
  });

  return {
    transaction: (tenantId, work) => run(entering('service', tenantId), work),
    serviceTransaction: (work) => run(entering('sweeper', ''), work),
    async reachable(timeoutMs) {
      const probe = run({ tenantId: '', statements: [begin] }, async () => undefined).then(
        () => true,
        () => false,
      );
      const late = new Promise<boolean>((resolve) => setTimeout(resolve, timeoutMs, false).unref());
      return Promise.race([probe, late]);
    },
    close: () => pool.end(),
  };
}

interface Beginning {
  readonly tenantId: string;
  readonly statements: readonly { readonly name: string; readonly text: string; readonly values: readonly unknown[] }[];
}

const begin = { name: 'begin', text: 'BEGIN', values: [] };

/** Within each transaction, until it ends: no pooler and no setting of the URL can lose it. */
const enter = (role: Role, tenantId: string) => ({
  name: 'enter',
  text: `SELECT set_config('role', $1, true), set_config('agent_runs.tenant_id', $2, true)`,
  values: [NAME_OF_ROLE[role], tenantId],
});

const enterAsOwner = (tenantId: string) => ({
  name: 'enter-as-owner',
  text: `SELECT set_config('agent_runs.tenant_id', $1, true)`,
  values: [tenantId],
});

/** pg reads a time-out of the query's own, its types do not say so. */
const rollback: pg.QueryConfig & { readonly query_timeout: number } = { text: 'ROLLBACK', query_timeout: SILENCE_MS };

function txOver(pipeline: Pipeline, tenantId: string): Tx {
  return {
    tenantId,
    query: <Row extends object>(name: string, text: string, values: readonly unknown[] = []) =>
      // What a query says its rows are is the type of the row it reads: the one place where it is taken at its word.
      pipeline.query(name, text, values) as Promise<Row[]>,
    send: (name, text, values = []) => pipeline.send(name, text, values),
  };
}

function typeParser(oid: number): (text: string) => unknown {
  return oid === BIGINT_OID ? BigInt : pg.types.getTypeParser(oid, 'text');
}
