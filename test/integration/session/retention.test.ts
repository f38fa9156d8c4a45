import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertArtifact } from '../../../db/queries/artifact.ts';
import { insertImages } from '../../../db/queries/image.ts';
import { insertToolAudit } from '../../../db/queries/tool-audit.ts';
import { storeContextBlocks } from '../../../db/queries/turn.ts';
import { createRetention } from '../../../worker/retention.ts';
import { png } from '../../support/images.ts';
import { until } from '../../support/until.ts';
import { type ApiUnderTest, end, newAgent, newSession, request, startApi } from '../api/fixture.ts';
import { spend } from './spent-session.ts';

const DAY_MS = 24 * 3600 * 1000;

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const retention = (overrides: { nowMs?: () => number; everyMs?: number; batch?: number } = {}) =>
  createRetention({
    db: api.database.database,
    retentionMs: 7 * DAY_MS,
    nowMs: Date.now,
    warn: (warning) => api.warnings.push(warning),
    everyMs: 10,
    ...overrides,
  });

const ageBy = (ids: readonly string[], days: number) =>
  api.database.database.serviceTransaction((tx) =>
    tx.query('age-sessions', `UPDATE session SET ended_at = ended_at - make_interval(days => $2) WHERE id = ANY ($1)`, [
      ids,
      days,
    ]),
  );
const statusOf = async (id: string) => (await request(api, 'GET', `/v1/sessions/${id}`)).status;

test('[I3] [session:retention:erased-but-still-billed] [tool:audit:chain-shows-tampering] [tool:artifact:whole-result-readable] [image:stored:once-and-erased] a session that ended longer ago than sessions are kept is erased, and its bill and its audit are kept', async () => {
  const agentId = await newAgent(api, { budget_daily_usd: 5 });
  const [old, young, live] = [
    await newSession(api, agentId),
    await newSession(api, agentId),
    await newSession(api, agentId),
  ];
  await spend(api, agentId, old, 2_000_000n);
  await api.database.database.transaction(api.tenantId, async (tx) => {
    insertArtifact(tx, old, { id: 'art_1', toolCallId: 'call_1', content: 'long' });
    insertImages(tx, old, [{ mediaType: 'image/png', width: 1, height: 1, content: png(1, 1) }]);
    storeContextBlocks(tx, old, [{ hash: 'of-what-it-read', text: 'What it read.' }]);
    insertToolAudit(tx, [
      { kind: 'decision', actor: agentId, action: 'tool_call.decide', target: 'call_1', sessionId: old, detail: {} },
    ]);
  });
  for (const id of [old, young]) await end(api, id);
  await ageBy([old], 8);
  await ageBy([young], 6);
  const bill = async () => [
    (await request(api, 'GET', '/v1/usage/by-owner')).body,
    (await request(api, 'GET', '/v1/usage/summary?period=all')).body,
    (await request(api, 'GET', '/v1/budget/status')).body,
  ];
  const before = await bill();
  const audited = (await request(api, 'GET', `/v1/mcp/audit/verify`)).body;
  expect(JSON.stringify(before)).toContain('0.002');
  const sweeps = [retention(), retention()];
  await until('the old session to be gone', async () => (await statusOf(old)) === 404);
  await Promise.all(sweeps.map((sweep) => sweep.close()));
  expect([await statusOf(young), await statusOf(live)]).toEqual([200, 200]);
  expect(await bill()).toEqual(before);
  const left = await api.database.database.serviceTransaction((tx) =>
    tx.query(
      'left-of-session',
      `SELECT 1 FROM session_event WHERE session_id = $1 UNION ALL SELECT 1 FROM session_inbox WHERE session_id = $1
       UNION ALL SELECT 1 FROM artifact WHERE session_id = $1
       UNION ALL SELECT 1 FROM image WHERE session_id = $1
       UNION ALL SELECT 1 FROM session_context WHERE session_id = $1`,
      [old],
    ),
  );
  expect(left).toEqual([]);
  const audit = await api.database.database.serviceTransaction((tx) =>
    tx.query('audit-of-session', 'SELECT actor, action FROM audit_entry WHERE target = $1', [old]),
  );
  expect(audit).toEqual([{ actor: 'retention', action: 'session.delete' }]);
  const chain = await request(api, 'GET', `/v1/mcp/audit/verify?entries=${audited.entries}&head=${audited.head}`);
  expect(chain.body).toMatchObject({ ok: true, complete: true, entries: audited.entries + 1, waiting: 0 });
  const kept = await request(api, 'GET', `/v1/mcp/audit?session_id=${old}`);
  expect(kept.body.data).toMatchObject([{ kind: 'decision', target: 'call_1' }]);
  expect(api.warnings.filter((warning) => warning.includes('retention'))).toEqual([]);
});

test('[session:retention:erased-but-still-billed] one sweep erases the sessions of all tenants, also if they are more than a batch', async () => {
  const made = await request(api, 'POST', '/v1/tenants', { name: 'other' });
  const other = { ...api, apiKey: made.body.api_key.key, tenantId: made.body.id };
  const sessions: string[] = [];
  for (const tenant of [api, other]) {
    const agentId = await newAgent(tenant);
    for (let count = 0; count < 4; count++) {
      const id = await newSession(tenant, agentId);
      await end(tenant, id);
      sessions.push(id);
    }
  }
  // A single sweep, as if it were eight days later.
  const sweep = retention({ nowMs: () => Date.now() + 8 * DAY_MS, everyMs: DAY_MS, batch: 2 });
  const left = () =>
    api.database.database.serviceTransaction((tx) =>
      tx.query('left-among', 'SELECT 1 FROM session WHERE id = ANY ($1)', [sessions]),
    );
  await until('all of them to be gone', async () => (await left()).length === 0);
  await sweep.close();
});
