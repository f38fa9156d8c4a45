import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkChain } from '../../../audit/check-chain.ts';
import { entryHash, NO_HASH } from '../../../audit/entry-hash.ts';
import { linkEntries } from '../../../audit/link-entries.ts';
import { chainPiece } from '../../../db/queries/audit-chain.ts';
import { insertToolAudit } from '../../../db/queries/tool-audit.ts';
import { createSealer } from '../../../processes/seal.ts';
import { startTestDatabase, type TestDatabase } from '../../fixtures/mcp/postgres.ts';

const sealer = createSealer('a1'.repeat(32));
let postgres: TestDatabase;
let tenants = 0;
let attacks = 0;

beforeAll(async () => {
  postgres = await startTestDatabase();
});
afterAll(() => postgres.stop());

const deps = () => ({ db: postgres.service, sealer, nowMs: Date.now });
const check = (tenantId: string, anchor?: { seq: number; hash: string }) =>
  checkChain(deps(), tenantId, { anchor, timeLimitMs: 20_000 });

async function newTenant(): Promise<string> {
  const id = `ten_${++tenants}`;
  await asAttacker('INSERT INTO tenant (id, name) VALUES ($1, $1)', [id]);
  return id;
}

/** Statements of somebody who owns the database and switches its triggers off. */
async function asAttacker(text: string, values: readonly unknown[]): Promise<void> {
  await postgres.database.serviceTransaction(async (tx) => {
    await tx.query('without triggers', 'SET LOCAL session_replication_role = replica');
    await tx.query(`attack ${attacks++}`, text, values);
  });
}

function write(tenantId: string, count: number): Promise<void> {
  return postgres.service.transaction(tenantId, async (tx) => {
    insertToolAudit(
      tx,
      Array.from({ length: count }, (_, n) => ({
        kind: n % 2 === 0 ? 'decision' : 'outcome',
        actor: 'some-agent',
        action: 'tool_call.decide',
        target: `call_${n}`,
        sessionId: 'sess_1',
        agentId: 'some-agent',
        tool: 'docs_search',
        verdict: n % 2 === 0 ? 'allow' : undefined,
        detail: { n, rule: 'default' },
      })),
    );
  });
}

/** A tenant with a chain of ten links. `idAt(n)` is the entry of the n-th link. */
async function tenantWithChain() {
  const tenantId = await newTenant();
  await write(tenantId, 10);
  const whole = await check(tenantId);
  const rows = await postgres.service.transaction(tenantId, (tx) =>
    chainPiece(tx, { afterSeq: 0, toSeq: 10, limit: 10 }),
  );
  return { tenantId, whole, rows, idAt: (seq: number) => rows[seq - 1]?.entryId ?? '' };
}

test('[tool:audit:chain-shows-tampering] a chain that nobody touched holds, and links entries in the order in which they were written', async () => {
  const { tenantId, whole, rows } = await tenantWithChain();
  expect(whole).toMatchObject({ ok: true, complete: true, entries: 10, waiting: 0, head: rows.at(-1)?.hash });
  expect(rows.map(({ entry }) => entry?.detail.n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await write(tenantId, 1);
  const longer = await check(tenantId, { seq: 10, hash: whole.head ?? '' });
  expect(longer).toMatchObject({ ok: true, entries: 11 });
  expect(longer.head).not.toBe(whole.head);
  expect(await check(await newTenant())).toMatchObject({ ok: true, complete: true, entries: 0, head: null });
});

type Chain = Awaited<ReturnType<typeof tenantWithChain>>;
interface Tampering {
  readonly what: string;
  readonly statements: (chain: Chain) => Promise<readonly (readonly [string, readonly unknown[]])[]>;
  readonly why: string;
  /** The link whose entry is named; null: none is. */
  readonly at: number | null;
}

const field = (column: string, value: string): Tampering => ({
  what: `the ${column} of an entry is changed`,
  statements: async ({ idAt }) => [[`UPDATE audit_entry SET ${column} = ${value} WHERE id = $1`, [idAt(4)]]],
  why: 'changed',
  at: 4,
});

const TAMPERINGS: readonly Tampering[] = [
  field('kind', `'approval'`),
  field('actor', `'somebody'`),
  field('action', `'tool_call.end'`),
  field('target', `'call_x'`),
  field('session_id', `'sess_2'`),
  field('agent_id', 'NULL'),
  field('tool', `'docs_read'`),
  field('verdict', `'deny'`),
  field('detail', `'{"n": 3}'`),
  field('created_at', `created_at + interval '1 s'`),
  {
    what: 'an entry is deleted in the middle',
    statements: async ({ idAt }) => [['DELETE FROM audit_entry WHERE id = $1', [idAt(4)]]],
    why: 'missing',
    at: 4,
  },
  {
    what: 'an entry is deleted in the middle with its link',
    statements: async ({ idAt }) => [
      ['DELETE FROM audit_entry WHERE id = $1', [idAt(4)]],
      ['DELETE FROM audit_link WHERE entry_id = $1', [idAt(4)]],
    ],
    why: 'missing_before',
    at: 5,
  },
  {
    what: 'an entry is deleted with its link and the links behind it are moved up',
    statements: async ({ tenantId, idAt }) => [
      ['DELETE FROM audit_entry WHERE id = $1', [idAt(4)]],
      ['DELETE FROM audit_link WHERE entry_id = $1', [idAt(4)]],
      ...[5, 6, 7, 8, 9, 10].map(
        (seq) =>
          [
            'UPDATE audit_link SET seq = seq - 1 WHERE tenant_id = $1 AND entry_id = $2',
            [tenantId, idAt(seq)],
          ] as const,
      ),
    ],
    why: 'changed',
    at: 5,
  },
  {
    what: 'the last entries are deleted with their links',
    statements: async ({ tenantId, idAt }) => [
      ['DELETE FROM audit_entry WHERE id IN ($1, $2)', [idAt(9), idAt(10)]],
      ['DELETE FROM audit_link WHERE tenant_id = $1 AND seq > 8', [tenantId]],
    ],
    why: 'missing_after',
    at: 8,
  },
  {
    what: 'everything is deleted but the head',
    statements: async ({ tenantId }) => [
      ['DELETE FROM audit_entry WHERE tenant_id = $1', [tenantId]],
      ['DELETE FROM audit_link WHERE tenant_id = $1', [tenantId]],
    ],
    why: 'missing_after',
    at: null,
  },
  {
    what: 'the last entries are deleted, and the head too',
    statements: async ({ tenantId, idAt }) => [
      ['DELETE FROM audit_entry WHERE id IN ($1, $2)', [idAt(9), idAt(10)]],
      ['DELETE FROM audit_link WHERE tenant_id = $1 AND seq > 8', [tenantId]],
      ['DELETE FROM audit_head WHERE tenant_id = $1', [tenantId]],
    ],
    why: 'head_changed',
    at: 8,
  },
  {
    what: 'two entries change places',
    statements: async ({ tenantId, idAt }) => [
      ['UPDATE audit_link SET seq = 1000 WHERE tenant_id = $1 AND seq = 3', [tenantId]],
      ['UPDATE audit_link SET seq = 3 WHERE tenant_id = $1 AND seq = 6', [tenantId]],
      ['UPDATE audit_link SET seq = 6 WHERE tenant_id = $1 AND entry_id = $2', [tenantId, idAt(3)]],
    ],
    why: 'changed',
    at: 6,
  },
  {
    what: 'two entries change their contents',
    statements: async ({ idAt }) => [
      [
        `UPDATE audit_entry SET detail = CASE id WHEN $1 THEN '{"n": 7, "rule": "default"}' ELSE '{"n": 4, "rule": "default"}' END::jsonb
          WHERE id IN ($1, $2)`,
        [idAt(5), idAt(8)],
      ],
    ],
    why: 'changed',
    at: 5,
  },
  {
    what: 'an entry is put in without the triggers',
    statements: async ({ tenantId }) => [
      [
        `INSERT INTO audit_entry (id, tenant_id, actor, action, target) VALUES ('aud_forged', $1, 'key_x', 'tool_policy.put', 'x')`,
        [tenantId],
      ],
    ],
    why: 'not_linked',
    at: null,
  },
  {
    what: 'an entry is put in with a link at the end',
    statements: async ({ tenantId }) => [
      [
        `INSERT INTO audit_entry (id, tenant_id, actor, action, target) VALUES ('aud_forged_2', $1, 'key_x', 'tool_policy.put', 'x')`,
        [tenantId],
      ],
      [`INSERT INTO audit_link VALUES ($1, 11, 'aud_forged_2', repeat('a', 64))`, [tenantId]],
    ],
    why: 'changed',
    at: null,
  },
  {
    what: 'an entry is put in the queue with a time of long ago',
    statements: async ({ tenantId }) => [
      [
        `INSERT INTO audit_entry (id, tenant_id, actor, action, target, created_at)
         VALUES ('aud_old', $1, 'key_x', 'tool_policy.put', 'x', now() - interval '1 day')`,
        [tenantId],
      ],
      [`INSERT INTO audit_unlinked VALUES ($1, now() - interval '1 day', 'aud_old')`, [tenantId]],
    ],
    why: 'backdated',
    at: null,
  },
  {
    what: 'an entry is given to another tenant',
    statements: async ({ idAt }) => [
      ['UPDATE audit_entry SET tenant_id = $1 WHERE id = $2', [await newTenant(), idAt(4)]],
    ],
    why: 'missing',
    at: 4,
  },
  {
    what: 'the entry of another tenant takes the place of one',
    statements: async ({ tenantId, idAt }) => {
      const other = await tenantWithChain();
      return [
        ['DELETE FROM audit_link WHERE tenant_id = $1', [other.tenantId]],
        ['UPDATE audit_entry SET tenant_id = $1 WHERE id = $2', [tenantId, other.idAt(4)]],
        ['UPDATE audit_link SET entry_id = $1 WHERE entry_id = $2', [other.idAt(4), idAt(4)]],
      ];
    },
    why: 'changed',
    at: null,
  },
  {
    what: 'the head of another tenant takes the place of its own',
    statements: async ({ tenantId }) => {
      const other = await tenantWithChain();
      const text = `UPDATE audit_head SET sealed_head = (SELECT sealed_head FROM audit_head WHERE tenant_id = $1) WHERE tenant_id = $2`;
      return [[text, [other.tenantId, tenantId]]];
    },
    why: 'head_changed',
    at: 10,
  },
  {
    what: 'an entry is changed and all hashes are computed anew',
    statements: async ({ tenantId, rows }) => {
      let before = NO_HASH;
      return rows.flatMap(({ seq, entry }) => {
        if (entry === null) return [];
        before = entryHash(tenantId, seq, before, seq === 4 ? { ...entry, verdict: 'deny' } : entry);
        return [
          [`UPDATE audit_entry SET verdict = 'deny' WHERE id = $1`, [seq === 4 ? entry.id : '']],
          ['UPDATE audit_link SET hash = $1 WHERE entry_id = $2', [before, entry.id]],
        ] as const;
      });
    },
    why: 'head_changed',
    at: 10,
  },
];

test.each(TAMPERINGS)('[tool:audit:chain-shows-tampering] it is found when $what', async ({ statements, why, at }) => {
  const chain = await tenantWithChain();
  for (const [text, values] of await statements(chain)) await asAttacker(text, values);
  const { ok, first_broken: broken } = await check(chain.tenantId);
  expect([ok, broken?.why]).toEqual([false, why]);
  if (at !== null) expect(broken?.id).toBe(chain.idAt(at));
  // Entries that come later change nothing about it.
  await write(chain.tenantId, 3);
  expect((await check(chain.tenantId)).first_broken).toEqual(broken);
});

test('[tool:audit:chain-shows-tampering] a chain that was set back to how it once was is found by who kept its entries and head outside', async () => {
  const { tenantId, whole, idAt } = await tenantWithChain();
  const old = await postgres.database.serviceTransaction((tx) =>
    tx.query<{ sealed: Buffer }>('old-head', 'SELECT sealed_head AS sealed FROM audit_head WHERE tenant_id = $1', [
      tenantId,
    ]),
  );
  await write(tenantId, 2);
  const kept = await check(tenantId);
  await asAttacker(
    'DELETE FROM audit_entry WHERE tenant_id = $1 AND created_at > (SELECT created_at FROM audit_entry WHERE id = $2)',
    [tenantId, idAt(10)],
  );
  await asAttacker('DELETE FROM audit_link WHERE tenant_id = $1 AND seq > 10', [tenantId]);
  await asAttacker('UPDATE audit_head SET sealed_head = $2 WHERE tenant_id = $1', [tenantId, old[0]?.sealed]);
  expect(await check(tenantId)).toEqual(whole);
  await write(tenantId, 2);
  const { ok, first_broken: broken } = await check(tenantId, { seq: kept.entries, hash: kept.head ?? '' });
  expect([ok, broken?.why]).toEqual([false, 'anchor_differs']);
});

test('[tool:audit:append-only] [I8] the role of the services can neither change nor delete an entry or a link, and the owner is refused by triggers', async () => {
  const { tenantId } = await tenantWithChain();
  const attempts = ['audit_entry', 'audit_link'].flatMap((table) =>
    [`UPDATE ${table} SET tenant_id = tenant_id`, `DELETE FROM ${table}`, `TRUNCATE ${table}`].map((text) => ({
      table,
      text,
    })),
  );
  for (const { table, text } of attempts) {
    await expect(postgres.service.transaction(tenantId, (tx) => tx.query(text, text))).rejects.toThrow(
      `permission denied for table ${table}`,
    );
    await expect(postgres.service.serviceTransaction((tx) => tx.query(text, text))).rejects.toThrow(
      `permission denied for table ${table}`,
    );
    await expect(postgres.database.serviceTransaction((tx) => tx.query(text, text))).rejects.toThrow(
      `${table} is append-only`,
    );
  }
  expect(await check(tenantId)).toMatchObject({ ok: true, entries: 10 });
});

test('[tool:audit:append-only] nobody chooses the time of an entry', async () => {
  const tenantId = await newTenant();
  const rows = await postgres.service.transaction(tenantId, (tx) =>
    tx.query<{ old: boolean }>(
      'backdate',
      `INSERT INTO audit_entry (id, tenant_id, actor, action, target, created_at)
       VALUES ('aud_backdated', $1, 'key_x', 'tool_policy.put', 'x', now() - interval '1 day')
       RETURNING created_at < now() AS old`,
      [tenantId],
    ),
  );
  expect(rows).toEqual([{ old: false }]);
});

test('[tool:audit:chain-shows-tampering] many processes that link at once, and some that die before their COMMIT, link each entry once', async () => {
  const tenantId = await newTenant();
  const dying = {
    ...sealer,
    seal: () => {
      throw new Error('killed');
    },
  };
  const batches = Array.from({ length: 8 }, () => write(tenantId, 100));
  const linking = Array.from({ length: 12 }, (_, n) =>
    linkEntries({ db: postgres.service, sealer: n % 3 === 0 ? dying : sealer }, tenantId).catch((error: Error) =>
      expect(error.message).toBe('killed'),
    ),
  );
  await Promise.all([...batches, ...linking]);
  expect(await check(tenantId)).toMatchObject({ ok: true, complete: true, entries: 800, waiting: 0 });
});

test('[tool:audit:chain-shows-tampering] a check whose time runs out says how far it came, and goes on from there', async () => {
  const tenantId = await newTenant();
  await write(tenantId, 2_500);
  const whole = await check(tenantId);
  expect(whole).toMatchObject({ ok: true, complete: true, entries: 2_500 });
  const seen = [];
  for (let anchor: { seq: number; hash: string } | undefined; ; ) {
    const part = await checkChain(deps(), tenantId, { anchor, timeLimitMs: 0 });
    seen.push([part.ok, part.complete, part.entries]);
    if (part.complete) break;
    anchor = { seq: part.entries, hash: part.head ?? '' };
  }
  expect(seen).toEqual([
    [true, false, 1_000],
    [true, false, 2_000],
    [true, true, 2_500],
  ]);
});

test('[tool:audit:chain-shows-tampering] a chain whose end does not open is not continued, so nobody can have a forged end sealed', async () => {
  const { tenantId } = await tenantWithChain();
  await asAttacker(`UPDATE audit_head SET sealed_head = '\\x00' WHERE tenant_id = $1`, [tenantId]);
  await write(tenantId, 1);
  await expect(linkEntries(deps(), tenantId)).rejects.toThrow('it is not a sealed secret');
  expect(await check(tenantId)).toMatchObject({ ok: false, waiting: 1, first_broken: { why: 'head_changed' } });
});
