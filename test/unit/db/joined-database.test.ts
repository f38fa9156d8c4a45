import { expect, test } from 'vitest';
import type { Database, Tx } from '../../../db/database.ts';
import { joinDatabase } from '../../../db/joined-database.ts';

const noDatabase: Database = {
  transaction: () => Promise.reject(new Error('no database')),
  serviceTransaction: () => Promise.reject(new Error('no database')),
  reachable: async () => false,
  close: async () => {},
};

function recordingTx() {
  const statements: string[] = [];
  const tx: Tx = {
    tenantId: 'ten_1',
    async query(name) {
      statements.push(name);
      return [];
    },
    report: () => undefined,
    observe: () => undefined,
    trace: () => undefined,
    send: (name) => void statements.push(name),
  };
  return { tx, statements };
}

test('work that joined a transaction can use it until it is left, and does not reach Postgres after that', async () => {
  const { tx, statements } = recordingTx();
  const joined = joinDatabase(noDatabase, tx);
  const late = joined.transaction('ten_1', async (own) => {
    await own.query('in-time', '');
    own.send('in-time-too', '');
    joined.leave();
    await expect(own.query('late', '')).rejects.toThrow('is over');
    own.send('late-too', '');
  });
  await expect(late).rejects.toThrow('is over');
  expect(statements).toEqual(['in-time', 'in-time-too']);
  await expect(joined.transaction('ten_1', async () => undefined)).rejects.toThrow('no database');
});

test('[I8] a transaction of one tenant is not joined by another', async () => {
  const { tx, statements } = recordingTx();
  const foreign = joinDatabase(noDatabase, tx).transaction('ten_2', (own) => own.query('foreign', ''));
  await expect(foreign).rejects.toThrow('cannot be joined');
  expect(statements).toEqual([]);
});
