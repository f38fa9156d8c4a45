import type pg from 'pg';
import utils from 'pg/lib/utils.js';
import { type BatchedStatement, type BatchOptions, StatementBatch } from './statement-batch.ts';

/** Postgres said nothing in time, not even that it gave up. */
export class SilentPostgres extends Error {
  constructor() {
    super('Postgres does not answer: query read timeout');
  }
}

/** The statements of one transaction on its connection, in order. Behind the first failure nothing more is sent. */
export interface Pipeline {
  /** @param values as pg takes them; bigint, Date, arrays and Buffer included */
  query(name: string, text: string, values: readonly unknown[]): Promise<object[]>;
  /** A statement whose answer nobody waits for. It fails what comes behind it, at the latest the COMMIT. */
  send(name: string, text: string, values: readonly unknown[]): void;
  /** @throws Error when Postgres rolled back: behind a failed statement it does, and says so in the tag alone */
  commit(): Promise<void>;
  /** What made the others fail. */
  readonly failure: Error | undefined;
  /** Drops what was not sent, and refuses what comes: behind the end of its transaction a statement would be one of its own. */
  close(): void;
}

export interface PipelineOptions {
  readonly typeParser: BatchOptions['typeParser'];
  /** For the whole answer to a batch. */
  readonly timeoutMs: number;
  /** For the answer to the very first statement, which then comes by itself: costs a system call at both ends. */
  readonly firstTimeoutMs?: number;
}

/**
 * Statements that are issued in the same turn of the event loop leave as one batch; those issued while a batch is under way
 * leave as the next.
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
    // Behind all microtasks: what they still issue is of this turn.
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
      // Without one of its statements the others must not be committed either.
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
