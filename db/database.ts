import pg from 'pg';
import { withoutLogContext } from '../processes/log-context.ts';
import type { LogLine, Report } from '../processes/log-line.ts';
import type { Figure, Observe } from '../telemetry/figure.ts';
import type { TakeTraceFact, TraceFact } from '../telemetry/trace-fact.ts';
import { createConnectionShares } from './connection-shares.ts';
import { openPipeline, type Pipeline, SilentPostgres } from './pipeline.ts';
import { PLANS_BY_KEY } from './planning.ts';
import { PostgresClient } from './postgres-client.ts';
import { NAME_OF_ROLE, type Role, roleTrouble } from './roles.ts';

/** Columns of this type come back as a JavaScript bigint. */
const BIGINT_OID = 20;
/** BEGIN and ROLLBACK wait for nothing, so a server that does not answer them in this time is out of reach, whatever the socket says. */
const SILENCE_MS = 3_000;
/** If an answer may take longer than this, BEGIN is answered separately: so a dead connection is noticed early. */
const PATIENCE_MS = 5_000;
const IDLE_MS = 300_000;
/** How long a transaction waits for a connection. */
const CONNECT_MS = 3_000;
/** The server reports its own time-out within this time, if its answers arrive at all. */
const BEYOND_STATEMENT_TIMEOUT_MS = 2_000;

/** A transaction under way. A statement is prepared under its `name`, so one name always stands for one text. */
export interface Tx {
  readonly tenantId: string;
  query<Row extends object>(name: string, text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Sends a write whose outcome nobody reads, in one message with what follows. If it fails, the transaction fails with its error. */
  send(name: string, text: string, values?: readonly unknown[]): void;
  /**
   * Has a line logged, with the tenant, once this transaction is committed. A transaction that is rolled back reports
   * nothing, and neither does one whose COMMIT was not answered: the next try finds out what became of it.
   */
  report(line: LogLine): void;
  /** Has a fact counted in the same way: once this transaction is committed. */
  observe(figure: Figure): void;
  /** Has the spans of something that is over sent in the same way. Undefined: nothing was traced. */
  trace(fact: TraceFact | undefined): void;
}

export interface Database {
  /** Runs `work` in one transaction that sees and writes the rows of one tenant (I8). Rolls back when `work` throws. */
  transaction<T>(tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in one transaction over all tenants: for the key look-up, the inbox bridge, the reconciler and the like. Its
   * role has the rights that these need and no others (docs/adr/0012-row-level-security.md).
   * @param options.part the one for whom it is run, if others choose how many there are: parts share the connections fairly
   */
  serviceTransaction<T>(work: (tx: Tx) => Promise<T>, options?: { readonly part?: string }): Promise<T>;
  /** True when Postgres answers within `timeoutMs`. */
  reachable(timeoutMs: number): Promise<boolean>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** The most connections. Default 10. */
  readonly maxConnections?: number;
  readonly applicationName: string;
  /** Default 3 s. */
  readonly statementTimeoutMs?: number;
  /** Default 2 s. */
  readonly lockTimeoutMs?: number;
  /** True for a process that does many look-ups by key; see planning.ts. Default false: Postgres plans as it does by itself. */
  readonly plansByKey?: boolean;
  /** The weight of a tenant that waits for a connection. Default: all have the same. */
  readonly weightOf?: ((tenantId: string) => number) | undefined;
  /** Works as the user of the URL instead of taking the roles of the services. For tests, which look at everything. Default false. */
  readonly asOwner?: boolean;
  /** Called with the error of an idle connection. The pool replaces the connection by itself. */
  readonly onIdleError?: (error: Error) => void;
  /** Takes the lines of committed transactions. Absent: nobody reads them. */
  readonly report?: Report | undefined;
  /** Counts the facts of committed transactions. Absent: nobody does. */
  readonly observe?: Observe | undefined;
  /** Takes what committed transactions have traced. Absent: nobody does. */
  readonly trace?: TakeTraceFact | undefined;
}

/**
 * Makes a pool of connections. By default statements end after 3 s and waits for a lock after 2 s: a stage takes
 * milliseconds, and a local activity that waits longer than its time-out would run twice.
 */
export function createDatabase(options: DatabaseOptions): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? 3_000;
  const timeoutMs = statementTimeoutMs + BEYOND_STATEMENT_TIMEOUT_MS;
  const silence = timeoutMs > PATIENCE_MS ? { timeoutMs, firstTimeoutMs: SILENCE_MS } : { timeoutMs };
  const connections = options.maxConnections ?? 10;
  const shares = createConnectionShares({ connections, waitMs: CONNECT_MS, weightOf: options.weightOf });
  const pool = new pg.Pool({
    Client: PostgresClient,
    connectionString: options.url,
    max: connections,
    application_name: options.applicationName,
    statement_timeout: statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs ?? 2_000,
    idle_in_transaction_session_timeout: 10_000,
    connectionTimeoutMillis: CONNECT_MS,
    options: options.plansByKey === true ? PLANS_BY_KEY : undefined,
    // A new connection has to plan all of its statements again.
    idleTimeoutMillis: IDLE_MS,
  });
  // The connection may have been opened for a session that has nothing to do with its loss.
  pool.on('error', (error) => withoutLogContext(() => options.onIdleError?.(error)));
  const answeredAtMs = new WeakMap<pg.PoolClient, number>();
  let silentSinceMs = 0;

  /** After one connection fell silent, every other that has not answered since then is likely to be dead, too, and is replaced. */
  async function connectionHeardOf(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await pool.connect();
      if ((answeredAtMs.get(client) ?? Number.POSITIVE_INFINITY) >= silentSinceMs) return client;
      client.release(true);
    }
  }

  /** Lines are written when the transaction is over, so that no error of the log can undo it. */
  async function run<T>(beginning: Beginning, work: (tx: Tx) => Promise<T>): Promise<T> {
    const told: Told = { lines: [], figures: [], traced: [] };
    const giveBack = await shares.take(beginning.tenantId, beginning.part);
    const result = await committed(beginning, told, work).finally(giveBack);
    for (const line of told.lines) options.report?.(line);
    for (const { figure, tenantId } of told.figures) options.observe?.(figure, tenantId);
    for (const { fact, tenantId } of told.traced) options.trace?.(fact, tenantId);
    return result;
  }

  async function committed<T>(beginning: Beginning, told: Told, work: (tx: Tx) => Promise<T>): Promise<T> {
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
      const result = await work(txOver(pipeline, beginning.tenantId, told));
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
    serviceTransaction: (work, { part } = {}) => run({ ...entering('sweeper', ''), part }, work),
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

/** The facts that a transaction hands on once it is committed. */
interface Told {
  readonly lines: LogLine[];
  readonly figures: { readonly figure: Figure; readonly tenantId: string }[];
  readonly traced: { readonly fact: TraceFact; readonly tenantId: string }[];
}

interface Beginning {
  readonly tenantId: string;
  readonly part?: string | undefined;
  readonly statements: readonly { readonly name: string; readonly text: string; readonly values: readonly unknown[] }[];
}

const begin = { name: 'begin', text: 'BEGIN', values: [] };

/** Takes role and tenant in each transaction until it ends, so that no pooler and no setting of the URL can lose them. */
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

/** pg takes a time-out for a single query, but its types do not say so. */
const rollback: pg.QueryConfig & { readonly query_timeout: number } = { text: 'ROLLBACK', query_timeout: SILENCE_MS };

function txOver(pipeline: Pipeline, tenantId: string, { lines, figures, traced }: Told): Tx {
  return {
    tenantId,
    query: <Row extends object>(name: string, text: string, values: readonly unknown[] = []) =>
      // Nothing checks that the rows are what the query declares. This is the one place where its declaration is trusted.
      pipeline.query(name, text, values) as Promise<Row[]>,
    send: (name, text, values = []) => pipeline.send(name, text, values),
    report: (line) => lines.push(tenantId === '' ? line : { tenant_id: tenantId, ...line }),
    observe: (figure) => figures.push({ figure, tenantId }),
    trace: (fact) => {
      if (fact !== undefined) traced.push({ fact, tenantId });
    },
  };
}

function typeParser(oid: number): (text: string) => unknown {
  return oid === BIGINT_OID ? BigInt : pg.types.getTypeParser(oid, 'text');
}
