import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDeltaWriter } from '../../../activities/call-model/delta-writer.ts';
import type { Database, Tx } from '../../../db/database.ts';
import type { Evaluate } from '../../../evaluation/evaluations.ts';
import { evaluationsHere } from '../../../evaluation/evaluations-here.ts';

const PLACE = {
  tenantId: 't',
  sessionId: 's',
  turn: 0,
  selection: 0,
  selectionAttempt: 1,
  attempt: 1,
  afterSeq: 2,
};

const evaluateHere: Evaluate = async (name, input) => ({ kind: 'done', value: await evaluationsHere[name](input) });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A writer on a Postgres that answers when the test says so. `pieces` holds [start, end, text] of each write. */
function setUp({ phrases = [] as string[] } = {}) {
  const pieces: unknown[][] = [];
  const transactions: { settle(fails?: Error): Promise<void> }[] = [];
  const warnings: string[] = [];
  const query = async (name: string, values: readonly unknown[] = []) => {
    if (name !== 'write-deltas') return [{ sessionId: 's', guardrails: { tenant: { blocked_phrases: phrases } } }];
    pieces.push([values[6], values[7], values[8]].map((column) => (Array.isArray(column) ? column[0] : column)));
    return [{ sessionId: 's' }];
  };
  const tx: Pick<Tx, 'tenantId' | 'query'> = {
    tenantId: 't',
    // Rows of the shape that the query of that name is known to return.
    query: (name, _text, values) => query(name, values) as never,
  };
  const db: Pick<Database, 'transaction'> = {
    async transaction(_tenantId, work) {
      const gate = gateOf();
      transactions.push({
        async settle(fails) {
          gate.settle(fails);
          await vi.advanceTimersByTimeAsync(0);
        },
      });
      const result = await work(tx as Tx);
      await gate.settled;
      return result;
    },
  };
  const writer = createDeltaWriter({
    db: db as Database,
    notifier: { deltasWritten: () => undefined },
    evaluator: { of: () => evaluateHere },
    warn: (message) => warnings.push(message),
  });
  return { writer, pieces, transactions, warnings };
}

function gateOf() {
  let settle: (fails?: Error) => void = () => undefined;
  const settled = new Promise<void>((resolve, reject) => {
    settle = (fails) => (fails === undefined ? resolve() : reject(fails));
  });
  return { settle, settled };
}

const aWhile = () => vi.advanceTimersByTimeAsync(5_000);

test('[delta:storage:gone-with-its-answer] an answer that nobody asks for is not written, and a client that asks later gets it from its beginning', async () => {
  const { writer, pieces, transactions } = setUp();
  const answer = writer.open(PLACE, false);
  answer.append('Kites ');
  await aWhile();
  expect(transactions).toHaveLength(0);
  writer.setWanted('s', true);
  answer.append('need wind. ');
  await aWhile();
  expect(pieces).toEqual([[0, 17, 'Kites need wind. ']]);
});

test('[delta:text:pieces-are-the-message] the next write repeats what a failed one lost, and a slow write delays nothing', async () => {
  const { writer, pieces, transactions, warnings } = setUp();
  const answer = writer.open(PLACE, true);
  answer.append('Kites ');
  await aWhile();
  answer.append('need ');
  await aWhile();
  expect(transactions).toHaveLength(1);
  await transactions[0]?.settle(new Error('Postgres is away.'));
  answer.append('wind. ');
  await aWhile();
  await transactions[1]?.settle();
  answer.append('And string. ');
  await aWhile();
  await transactions[2]?.settle();
  expect(pieces).toEqual([
    [0, 6, 'Kites '],
    [0, 17, 'Kites need wind. '],
    [17, 29, 'And string. '],
  ]);
  expect(warnings).toHaveLength(1);
});

test('[delta:attempt:later-one-announces-itself] a later attempt announces itself before it has any text', async () => {
  const { writer, pieces } = setUp();
  writer.open({ ...PLACE, attempt: 2 }, true);
  await aWhile();
  expect(pieces).toEqual([[0, 0, '']]);
});

test('[delta:guardrail:blocked-text-never-shown] a blocked phrase holds text back', async () => {
  const { writer, pieces } = setUp({ phrases: ['wind'] });
  writer.open(PLACE, true).append('Kites need wi');
  await aWhile();
  expect(pieces).toEqual([[0, 11, 'Kites need ']]);
});

test('[delta:storage:gone-with-its-answer] nothing more is written after an answer is closed', async () => {
  const { writer, pieces } = setUp();
  const answer = writer.open(PLACE, true);
  answer.append('Kites');
  answer.close();
  await aWhile();
  expect(pieces).toEqual([]);
});
