import { expect, test } from 'vitest';
import { behindLock } from '../../../activities/session/behind-lock.ts';
import type { Tx } from '../../../db/database.ts';
import { readAccounts } from '../../../db/queries/ledger.ts';
import { providersOfTenant } from '../../../db/queries/provider.ts';

/** A transaction that notes which statements are sent, and answers each with the rows given for its name. */
function notingTx(rows: Record<string, object[]>) {
  const sent: string[] = [];
  const tx: Tx = {
    tenantId: 'tnt_1',
    async query<Row extends object>(name: string) {
      sent.push(name);
      // The rows are those that the test gives for this query.
      return (rows[name] ?? []) as Row[];
    },
    report: () => undefined,
    observe: () => undefined,
    trace: () => undefined,
    send: (name) => void sent.push(name),
  };
  return { tx, sent };
}

const read = (rows: Record<string, object[]>) => {
  const { tx, sent } = notingTx(rows);
  const answers = behindLock(tx, { sessionId: 'sess_1' }, () => ({
    providers: providersOfTenant(tx),
    accounts: readAccounts(tx, ['run:sess_1']),
    before: 0,
  }));
  return { answers, sent: [...sent] };
};

test('the lock of a session is sent first, together with the reads behind it, in the order of their names', async () => {
  // Nothing was awaited yet, so all statements travel in one message.
  expect(read({}).sent).toEqual(['lock-session', 'list-providers', 'read-accounts']);
});

test('answers come back under their names, with the session', async () => {
  const session = { id: 'sess_1', endReason: null, retries: 0 };
  const { answers } = read({ 'lock-session': [session], 'read-accounts': [{ account: 'run:sess_1' }] });
  expect(await answers).toEqual({
    session,
    ended: undefined,
    providers: [],
    accounts: [{ account: 'run:sess_1' }],
    before: 0,
  });
});

test('a session that has ended keeps its reason, and one that is gone counts as terminated', async () => {
  const over = { id: 'sess_1', endReason: 'max_turns' };
  expect(await read({ 'lock-session': [over] }).answers).toMatchObject({
    session: over,
    ended: { kind: 'ended', reason: 'max_turns' },
  });
  expect(await read({}).answers).toMatchObject({ ended: { kind: 'ended', reason: 'terminated' } });
});

test('a session that was retried is over for the stages of an earlier run, and lives for those of the present one', async () => {
  const retried = { id: 'sess_1', endReason: null, retries: 2 };
  const lockedBy = (retries?: number) =>
    behindLock(notingTx({ 'lock-session': [retried] }).tx, { sessionId: 'sess_1', retries }, () => ({}));
  expect(await lockedBy(2)).toMatchObject({ session: retried, ended: undefined });
  for (const earlier of [undefined, 1]) {
    expect(await lockedBy(earlier)).toMatchObject({ session: retried, ended: { kind: 'ended', reason: 'terminated' } });
  }
});
