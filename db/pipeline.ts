import type pg from 'pg';
import utils from 'pg/lib/utils.js';
import { type BatchedStatement, type BatchOptions, StatementBatch } from './statement-batch.ts';

/** Postgres gave no answer in time, not even an error. */
export class SilentPostgres extends Error {
  constructor() {
    super('Postgres does not answer: query read timeout');
  }
}

/** Sends the statements of one transaction on its connection, in order. After the first failure nothing more is sent. */
export interface Pipeline {
  /** @param values as pg takes them: also bigint, Date, arrays and Buffer */
  query(name: string, text: string, values: readonly unknown[]): Promise<object[]>;
  /** Sends a statement whose answer nobody waits for. If it fails, what follows fails with its error, at the latest the COMMIT. */
  send(name: string, text: string, values: readonly unknown[]): void;
  /** @throws Error when Postgres rolled back. It does so after a failed statement, and only the tag of its answer says it. */
  commit(): Promise<void>;
  /** The first error, with which all later statements fail. */
  readonly failure: Error | undefined;
  /** Drops statements that were not sent, and refuses new ones: after the end of the transaction each would be a transaction of its own. */
  close(): void;
}

export interface PipelineOptions {
  readonly typeParser: BatchOptions['typeParser'];
  /** How long the whole answer to a batch may take. */
  readonly timeoutMs: number;
  /** How long the very first statement may take, which then is answered separately. This costs a system call at both ends. */
  readonly firstTimeoutMs?: number;
}

/**
 * Opens a pipeline. Statements that are issued in the same turn of the event loop are sent as one batch. Those that are
 * issued while a batch is under way are sent as the next batch.
 */
export function openPipeline(client: pg.ClientBase, options: PipelineOptions): Pipeline {
  const { typeParser, timeoutMs } = options;
  let firstTimeoutMs = options.firstTimeoutMs;
  let waiting: BatchedStatement[] = [];
  let scheduled = false;
  let underWay = false;
  let silence: NodeJS.Timeout | undefined;
  let failure: Error | undefined;
  let closed = false;

  function schedule(): void {
    if (scheduled || underWay) return;
    scheduled = true;
    // It runs after all microtasks, so what they issue is still part of this turn.
    process.nextTick(() => {
      scheduled = false;
      flush();
    });
  }

  function flush(): void {
    if (waiting.length === 0) return;
    const statements = waiting;
    waiting = [];
    underWay = true;
    const answeredWithin = (ms: number) => {
      clearTimeout(silence);
      silence = setTimeout(() => batch.handleError(new SilentPostgres()), ms);
    };
    const batch = new StatementBatch(statements, {
      typeParser,
      firstAnswered: firstTimeoutMs === undefined ? undefined : () => answeredWithin(timeoutMs),
      done(error) {
        clearTimeout(silence);
        underWay = false;
        if (error !== undefined) fail(error);
        else if (waiting.length > 0) schedule();
      },
    });
    answeredWithin(firstTimeoutMs ?? timeoutMs);
    firstTimeoutMs = undefined;
    client.query(batch);
  }

  function fail(error: Error): void {
    failure ??= error;
    drop(failure);
  }

  function drop(reason: Error): void {
    for (const statement of waiting) statement.failed(reason);
    waiting = [];
  }

  function add(
    [name, text, values]: readonly [name: string, text: string, values: readonly unknown[]],
    answered: BatchedStatement['answered'],
    failed: BatchedStatement['failed'],
  ): void {
    try {
      if (failure !== undefined) throw failure;
      if (closed) throw transactionIsOver();
      waiting.push({ name, text, values: values.map((value) => utils.prepareValue(value)), answered, failed });
      schedule();
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      // If one statement is missing, the others must not be committed either.
      fail(reason);
      failed(reason);
    }
  }

  return {
    get failure() {
      return failure;
    },
    query: (...statement) => new Promise((resolve, reject) => add(statement, resolve, reject)),
    send: (...statement) => add(statement, ignore, ignore),
    commit: () =>
      new Promise((resolve, reject) => {
        const committed = (_: object[], command: string) =>
          command === 'COMMIT' ? resolve() : reject(new Error('The transaction was rolled back.'));
        add(['commit', 'COMMIT', []], committed, reject);
      }),
    close() {
      closed = true;
      if (waiting.length > 0) drop(transactionIsOver());
    },
  };
}

const transactionIsOver = () => new Error('The transaction is over.');

function ignore(): void {}
