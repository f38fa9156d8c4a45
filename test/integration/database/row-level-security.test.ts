import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type Tx } from '../../../db/database.ts';
import { dropConstraints, insertionOf, ownerColumn, readTables, type Table } from '../../fixtures/db/tables.ts';
import { startTestDatabase, type TestDatabase } from '../../fixtures/mcp/postgres.ts';

/** Tables whose rows belong to no tenant, and the reasons. */
const NOBODYS = new Map([['schema_migration', 'says which migrations landed; the services have no right to it']]);
/** Tables in which the sweeper sees rows of all tenants. A new one is a decision and belongs into ADR 12. */
const SWEPT = [
  'api_key',
  'audit_unlinked',
  'bulk_job',
  'direct_tool_call',
  'idempotency_key',
  'mcp_authorization',
  'memory_entry',
  'model_attempt',
  'required_action',
  'session',
  'session_inbox',
  'tenant',
  'tenant_kept',
  'tenant_limit',
  'tenant_meter',
  'tool_call',
  'worker_death',
];

const A = 'ten_a';
const B = 'ten_b';
let postgres: TestDatabase;
let tables: Table[];
let owned: (Table & { readonly owner: string })[];

beforeAll(async () => {
  postgres = await startTestDatabase();
  tables = await postgres.database.serviceTransaction(readTables);
  owned = tables.flatMap((table) => {
    const owner = ownerColumn(table);
    return owner === undefined ? [] : [{ ...table, owner }];
  });
  await postgres.database.serviceTransaction(async (tx) => {
    await dropConstraints(tx);
    for (const table of owned) for (const tenantId of [A, B]) await insert(tx, table, tenantId);
  });
});
afterAll(() => postgres.stop());

async function insert(tx: Tx, table: Table, tenantId: string, nth = 0): Promise<void> {
  const { text, values } = insertionOf(table, tenantId, nth);
  await tx.query(`insert into ${table.name}`, text, values);
}

/** The result of `work` for each table, or the message of its error. Each runs in a transaction that is rolled back. */
async function perTable<T>(
  tenantId: string,
  work: (tx: Tx, table: (typeof owned)[number]) => Promise<T>,
): Promise<Record<string, T | string>> {
  const outcomes: Record<string, T | string> = {};
  for (const table of owned) {
    await postgres.service
      .transaction(tenantId, async (tx) => {
        outcomes[table.name] = await work(tx, table);
        throw new Error('rolled back');
      })
      .catch((error: Error) => {
        outcomes[table.name] ??= error.message;
      });
  }
  return outcomes;
}

const ownersIn = (tx: Tx, { name, owner }: (typeof owned)[number]) =>
  tx.query<{ owner: string }>(`owners in ${name}`, `SELECT ${owner} AS owner FROM ${name}`);
const each = <T>(value: T) => Object.fromEntries(owned.map(({ name }) => [name, value]));
const policyRefusal = (table: string) => `new row violates row-level security policy for table "${table}"`;
const noRight = (table: string) => `permission denied for table ${table}`;
/** Rows that only the sweeper makes: a tenant must not raise its own limits, and none of its sessions sets one aside. */
const ofTheSweeper = Object.fromEntries(
  ['tenant', 'tenant_limit', 'tenant_meter', 'worker_death'].map((table) => [table, noRight(table)]),
);

test('[tenant:tables:row-security-forced] [I8] every table is secured, also against its owner, or is on the list of tables that belong to no tenant', () => {
  expect(owned.length).toBeGreaterThan(20);
  const unowned = tables.filter((table) => ownerColumn(table) === undefined).map(({ name }) => name);
  expect(unowned).toEqual([...NOBODYS.keys()]);
  const open = owned.filter(({ secured, forced, policies }) => {
    const mine = policies.find(({ name }) => name === 'own_tenant');
    return !secured || !forced || mine?.roles.join() !== 'agent_runs_service';
  });
  expect(open.map(({ name }) => name)).toEqual([]);
});

test('[tenant:tables:row-security-forced] [I8] only one policy shows rows of all tenants, and only on the listed tables', () => {
  const others = owned.flatMap(({ name, policies }) =>
    policies.filter((policy) => policy.name !== 'own_tenant').map((policy) => [name, policy.name, ...policy.roles]),
  );
  expect(others).toEqual(SWEPT.map((table) => [table, 'service_wide', 'agent_runs_sweeper']));
});

test('[tenant:roles:own-and-bypass-nothing] the services run as roles that own nothing, cannot log in and bypass nothing', async () => {
  const whoAmI = (tx: Tx) => tx.query<{ user: string }>('who-am-i', 'SELECT current_user::text AS user');
  expect(await postgres.service.transaction(A, whoAmI)).toEqual([{ user: 'agent_runs_service' }]);
  expect(await postgres.service.serviceTransaction(whoAmI)).toEqual([{ user: 'agent_runs_sweeper' }]);
  const roles = await postgres.database.serviceTransaction((tx) =>
    tx.query(
      'roles',
      `SELECT rolname AS name, rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS strong,
              (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS owns
         FROM pg_roles r WHERE rolname LIKE 'agent\\_runs\\_%' ORDER BY rolname`,
    ),
  );
  expect(roles).toEqual([
    { name: 'agent_runs_service', strong: false, owns: 0 },
    { name: 'agent_runs_sweeper', strong: false, owns: 0 },
  ]);
});

describe('[tenant:transaction:one-tenant-or-nothing] [I8] with a tenant set', () => {
  test('[tenant:transaction:one-tenant-or-nothing] no row of another tenant is seen, in any table', async () => {
    expect(await perTable(A, ownersIn)).toEqual(each([{ owner: A }]));
    expect(await perTable(B, ownersIn)).toEqual(each([{ owner: B }]));
  });

  test('[tenant:transaction:one-tenant-or-nothing] no row of another tenant can be made, in any table', async () => {
    const refused = await perTable(A, (tx, table) => insert(tx, table, B, 1));
    expect(refused).toEqual({ ...eachNamed(policyRefusal), ...ofTheSweeper });
    const own = await perTable(A, async (tx, table) => {
      await insert(tx, table, A, 1);
      return 'made';
    });
    expect(own).toEqual({ ...each('made'), ...ofTheSweeper });
  });

  test('[tenant:transaction:one-tenant-or-nothing] no row can be given to another tenant, and no row of another tenant can be changed or deleted, in any table', async () => {
    const given = await perTable(A, (tx, { name, owner }) =>
      tx.query(`give ${name}`, `UPDATE ${name} SET ${owner} = $1`, [B]),
    );
    const changed = await perTable(A, async (tx, { name, owner }) => {
      return (await tx.query(`change ${name}`, `UPDATE ${name} SET ${owner} = ${owner} RETURNING 1`)).length;
    });
    const deleted = await perTable(
      A,
      async (tx, { name }) => (await tx.query(`empty ${name}`, `DELETE FROM ${name} RETURNING 1`)).length,
    );
    for (const { name } of owned) {
      expect([policyRefusal(name), noRight(name)]).toContain(given[name]);
      expect([name, changed[name]]).toEqual([name, given[name] === noRight(name) ? noRight(name) : 1]);
      expect([1, noRight(name)]).toContain(deleted[name]);
    }
    const appendOnly = ['audit_entry', 'audit_link', 'session_event', 'outcome', 'context_block', 'session_context'];
    expect(appendOnly.map((name) => [given[name], deleted[name]])).toEqual(
      appendOnly.map((name) => [noRight(name), noRight(name)]),
    );
  });

  test('[tenant:transaction:one-tenant-or-nothing] a statement that was prepared for one tenant shows the next tenant its own rows', async () => {
    const one = createDatabase({ url: postgres.serviceUrl, applicationName: 'test-one', maxConnections: 1 });
    const read = (tx: Tx) => tx.query('all-agents', 'SELECT tenant_id FROM agent');
    const plans = [];
    for (const tenantId of [A, B, A, '', B]) plans.push(await one.transaction(tenantId, read));
    await one.close();
    expect(plans).toEqual([[{ tenant_id: A }], [{ tenant_id: B }], [{ tenant_id: A }], [], [{ tenant_id: B }]]);
  });
});

test('[tenant:transaction:one-tenant-or-nothing] [I8] without a tenant no row is seen, and none can be made', async () => {
  expect(await perTable('', ownersIn)).toEqual(each([]));
  for (const tenantId of [A, '']) {
    const refused = await perTable('', (tx, table) => insert(tx, table, tenantId, 2));
    expect(refused).toEqual({ ...eachNamed(policyRefusal), ...ofTheSweeper });
  }
});

test('[tenant:transaction:one-tenant-or-nothing] [I8] the role that sees all tenants sees no content', async () => {
  const seen: Record<string, number | string> = {};
  for (const table of owned) {
    seen[table.name] = await postgres.service
      .serviceTransaction(async (tx) => (await ownersIn(tx, table)).length)
      .catch((error: Error) => error.message);
  }
  expect(seen).toEqual({ ...eachNamed(noRight), ...Object.fromEntries(SWEPT.map((table) => [table, 2])) });
});

function eachNamed(outcome: (table: string) => string): Record<string, string> {
  return Object.fromEntries(owned.map(({ name }) => [name, outcome(name)]));
}
