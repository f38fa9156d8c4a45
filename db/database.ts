import { Socket } from 'node:net';
import pg from 'pg';
import { isSilence, PostgresClient } from './postgres-client.ts';
import { type Role, roleTrouble, taking } from './roles.ts';

/** Rows come back with `bigint` columns as JavaScript bigint and timestamps as Date. */
const BIGINT_OID = 20;
/** BEGIN and ROLLBACK wait for nothing: a server that does not answer them is out of reach, whatever the socket says. */
const SILENCE_MS = 3_000;
/** By then the server's own time-out has been heard of, if it can be heard. */
const BEYOND_STATEMENT_TIMEOUT_MS = 2_000;

/**
 * All look-ups are by key: a plan made once is as good as one made anew, which costs more than running it. But it is kept for
 * as long as its connection, and while a table is small the planner would rather read the whole of it.
 */
const PLANNING = `-c plan_cache_mode=force_generic_plan ${['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin']
  .map((way) => `-c enable_${way}=off`)
  .join(' ')}`;

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
  const pool = new pg.Pool({
    Client: PostgresClient,
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    application_name: options.applicationName,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + BEYOND_STATEMENT_TIMEOUT_MS,
    lock_timeout: options.lockTimeoutMs ?? 2_000,
    idle_in_transaction_session_timeout: 10_000,
    connectionTimeoutMillis: 3_000,
    // Queries are written as they come and answered in order: those that do not wait for each other share a round trip.
    pipeline: true,
    stream: () => new BatchingSocket(),
    options: PLANNING,
    types: { getTypeParser: parserOf },
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

  /** The role is taken with BEGIN, in the same message: no round trip, and no pooler or setting of the URL can lose it. */
  const begin = (role: Role) => (options.asOwner === true ? 'BEGIN' : `BEGIN; ${taking(role)}`);

  async function run<T>(beginning: string, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await connectionHeardOf();
    let broken: Error | undefined;
    let notBegun: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    const submitted: Promise<pg.QueryResult>[] = [];
    const submit: Submit = (query) => {
      const sentAtMs = performance.now();
      const answer = client.query(query);
      // Whoever waits for it hears of it, and so does the end of the transaction.
      answer.catch((error) => {
        if (isSilence(error)) silentSinceMs = Math.max(silentSinceMs, sentAtMs);
      });
      submitted.push(answer);
      return answer;
    };
    try {
      submit({ text: beginning, query_timeout: SILENCE_MS }).catch((error: unknown) => {
        notBegun = roleTrouble(error);
      });
      const result = await work(txOver(submit, tenantId));
      const committed = submit({ text: 'COMMIT' });
      await Promise.all(submitted);
      // Behind a failed query a COMMIT rolls back, and says so in its tag alone.
      if ((await committed).command !== 'COMMIT') throw new Error('The transaction was rolled back.');
      answeredAtMs.set(client, performance.now());
      return result;
    } catch (error) {
      const cause = await firstFailure(submitted);
      await client.query(rollback).then(
        () => answeredAtMs.set(client, performance.now()),
        (rollbackError: Error) => {
          broken = rollbackError;
        },
      );
      throw notBegun ?? cause ?? error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  return {
    transaction: (tenantId, work) =>
      run(`${begin('service')}; SET LOCAL agent_runs.tenant_id = ${pg.escapeLiteral(tenantId)}`, tenantId, work),
    serviceTransaction: (work) => run(begin('sweeper'), '', work),
    async reachable(timeoutMs) {
      const probe = run('BEGIN', '', async () => undefined).then(
        () => true,
        () => false,
      );
      const late = new Promise<boolean>((resolve) => setTimeout(resolve, timeoutMs, false).unref());
      return Promise.race([probe, late]);
    },
    close: () => pool.end(),
  };
}

/** Its own time-out comes before the pool's. pg reads it, its types do not say so. */
type TimedQuery = pg.QueryConfig & { readonly query_timeout?: number };
type Submit = (query: TimedQuery) => Promise<pg.QueryResult>;

const rollback: TimedQuery = { text: 'ROLLBACK', query_timeout: SILENCE_MS };

/** What made the others fail: after an error Postgres refuses the rest of the transaction. */
async function firstFailure(submitted: readonly Promise<unknown>[]): Promise<unknown> {
  const outcomes = await Promise.allSettled(submitted);
  return outcomes.find((outcome) => outcome.status === 'rejected')?.reason;
}

function txOver(submit: Submit, tenantId: string): Tx {
  return {
    tenantId,
    async query<Row extends object>(name: string, text: string, values: readonly unknown[] = []): Promise<Row[]> {
      const { rows } = await submit({ name, text, values: [...values] });
      return rows;
    },
    send(name, text, values = []) {
      void submit({ name, text, values: [...values] });
    },
  };
}

/** What is written in one turn of the event loop leaves in one system call, however many queries it is. */
class BatchingSocket extends Socket {
  #batching = false;

  override write(
    chunk: Uint8Array | string,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    written?: (error?: Error | null) => void,
  ): boolean {
    if (!this.#batching) {
      this.#batching = true;
      this.cork();
      process.nextTick(() => {
        this.#batching = false;
        this.uncork();
      });
    }
    return typeof encoding === 'function' ? super.write(chunk, encoding) : super.write(chunk, encoding, written);
  }
}

// pg's own signature for type parsers is untyped.
const parserOf: typeof pg.types.getTypeParser = (oid: number, format?: unknown) =>
  oid === BIGINT_OID ? (text: string) => BigInt(text) : pg.types.getTypeParser(oid, format as 'text');
