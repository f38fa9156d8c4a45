import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Tx } from '../../../db/database.ts';
import { isReservationRefused, openAccount, readAccounts, reserve } from '../../../db/queries/ledger.ts';
import { startTestDatabase, type TestDatabase } from '../../fixtures/mcp/postgres.ts';

let postgres: TestDatabase;
beforeAll(async () => {
  postgres = await startTestDatabase();
});
afterAll(() => postgres.stop());

/** Opens accounts without a cap, with room for 1,000 and with room for 10, and does `work` in the same transaction. */
const inAccountsOf = (tenantId: string, work: (tx: Tx) => void) =>
  postgres.service.transaction(tenantId, async (tx) => {
    for (const [account, capNano] of Object.entries({ run: null, roomy: 1_000n, tight: 10n })) {
      openAccount(tx, { account, capNano });
    }
    work(tx);
  });

async function reservedIn(tenantId: string): Promise<Record<string, bigint>> {
  const accounts = await postgres.service.transaction(tenantId, (tx) => readAccounts(tx, ['run', 'roomy', 'tight']));
  return Object.fromEntries(accounts.map(({ account, reservedNano }) => [account, reservedNano]));
}

test('[I4] money that fits under both caps is reserved in run and day', async () => {
  await inAccountsOf('ten_fits', (tx) => reserve(tx, 'run', 'roomy', 11n));
  expect(await reservedIn('ten_fits')).toEqual({ run: 11n, roomy: 11n, tight: 0n });
});

test('[I4] money that fits under only one of two caps is reserved in neither account, and the transaction fails as refused', async () => {
  await inAccountsOf('ten_refused', () => undefined);
  const refusal = await inAccountsOf('ten_refused', (tx) => reserve(tx, 'run', 'tight', 11n)).catch((error) => error);
  expect(isReservationRefused(refusal)).toBe(true);
  expect(await reservedIn('ten_refused')).toEqual({ run: 0n, roomy: 0n, tight: 0n });
});

test('[I4] processes of the previous version, which run beside this one during a deploy, get the refusal they expect', async () => {
  const text = `WITH reserved AS (
      UPDATE budget_account SET reserved_nano = reserved_nano + $4
       WHERE tenant_id = $1 AND account IN ($2, $3)
         AND (cap_nano IS NULL OR spent_nano + excess_nano + reserved_nano + $4 <= cap_nano)
      RETURNING 1
    )
    SELECT 1 / (count(*) = 2)::int FROM reserved`;
  const reserveAsBefore = (day: string) => (tx: Tx) =>
    tx.send('reserve-of-the-version-before', text, ['ten_before', 'run', day, 11n]);
  await inAccountsOf('ten_before', reserveAsBefore('roomy'));
  await expect(inAccountsOf('ten_before', reserveAsBefore('tight'))).rejects.toMatchObject({ code: '22012' });
  expect(await reservedIn('ten_before')).toEqual({ run: 11n, roomy: 11n, tight: 0n });
});
