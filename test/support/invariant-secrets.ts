import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { SessionFacts } from './invariants.ts';
import type { SharedStack } from './stack.ts';
import { readHistory } from './temporal-history.ts';

const OUR_KEY = /brk_[0-9A-Za-z]{49}/;
/** Tables whose rows belong to a session and carry its tenant. */
const TABLES_OF_SESSIONS = [
  'session_event',
  'session_inbox',
  'turn',
  'selection',
  'tool_call',
  'artifact',
  'model_attempt',
  'outcome',
];

/** I8 and I10: rows stay with their tenant, and no secret is written anywhere. */
export async function secretViolations(stack: SharedStack, fresh: readonly SessionFacts[]): Promise<string[]> {
  const secrets = [...stack.secrets];
  const leaks = (text: string) => OUR_KEY.test(text) || secrets.some((secret) => text.includes(secret));
  return [
    ...(await strayRows(stack)),
    ...(await leakingTables(stack, secrets)),
    ...leakingLogs(stack.home, leaks),
    ...(await leakingHistories(stack, fresh, leaks)),
  ];
}

async function strayRows(stack: SharedStack): Promise<string[]> {
  const counts = TABLES_OF_SESSIONS.map(
    (table) =>
      `SELECT '${table}' AS name, count(*)::int AS stray FROM ${table} t JOIN session s ON s.id = t.session_id WHERE t.tenant_id <> s.tenant_id`,
  );
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ name: string; stray: number }>('stray-rows', counts.join(' UNION ALL ')),
  );
  return rows.filter((row) => row.stray > 0).map((row) => `[I8] ${row.stray} rows of ${row.name} are another tenant's`);
}

/** Searches every row of the tenants as text, except messages that nobody has read: they still are as they were sent. */
async function leakingTables(stack: SharedStack, secrets: readonly string[]): Promise<string[]> {
  return stack.db.serviceTransaction(async (tx) => {
    const tables = await tx.query<{ name: string; ofTenant: boolean }>(
      'table-names',
      `SELECT table_name AS name,
              EXISTS (SELECT FROM information_schema.columns c
                       WHERE c.table_schema = 'public' AND c.table_name = t.table_name AND c.column_name = 'tenant_id') AS "ofTenant"
         FROM information_schema.tables t WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
    );
    const violations: string[] = [];
    for (const { name, ofTenant } of tables) {
      const tenant = ofTenant ? 'tenant_id' : '$2[1]';
      const unread = name === 'session_inbox' ? `AND t.state = 'consumed'` : '';
      const rows = await tx.query(
        `leak-in-${name}`,
        `SELECT 1 FROM "${name}" t WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) AS s WHERE position(s IN t::text) > 0) AND ($2::text[] IS NULL OR ${tenant} = ANY ($2)) ${unread} LIMIT 1`,
        [secrets, stack.tenants],
      );
      if (rows.length > 0) violations.push(`[I10] the table ${name} holds a secret`);
    }
    return violations;
  });
}

function leakingLogs(home: string, leaks: (text: string) => boolean): string[] {
  const dir = path.join(home, 'logs');
  return readdirSync(dir).flatMap((name) => {
    const line = readFileSync(path.join(dir, name), 'utf8').split('\n').find(leaks);
    return line === undefined ? [] : [`[I10] ${name} holds a secret: ${line.slice(0, 300)}`];
  });
}

async function leakingHistories(
  stack: SharedStack,
  fresh: readonly SessionFacts[],
  leaks: (text: string) => boolean,
): Promise<string[]> {
  const violations: string[] = [];
  for (const { id } of fresh) {
    const { texts } = await readHistory(stack.temporal, id);
    if (texts.some(leaks)) violations.push(`[I10] the history of ${id} holds a secret`);
  }
  return violations;
}
