import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertArtifact } from '../../../db/queries/artifact.ts';
import { insertImages } from '../../../db/queries/image.ts';
import { insertFiles } from '../../../db/queries/result-file.ts';
import { insertToolAudit } from '../../../db/queries/tool-audit.ts';
import { storeContextBlocks } from '../../../db/queries/turn.ts';
import { forgetOldKeys } from '../../../service/verb/idempotency.ts';
import { createKeptSums } from '../../../worker/kept-sums.ts';
import { createRetention } from '../../../worker/retention.ts';
import { png, userImage } from '../../support/images.ts';
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

test('[tenant:limits:counts-what-is-kept] ended sessions, their files and idempotency keys are counted as long as they are kept, and summing up changes no count', async () => {
  const made = await request(api, 'POST', '/v1/tenants', { name: 'keeping' });
  const keeping = { ...api, apiKey: made.body.api_key.key, tenantId: made.body.id };
  const agentId = await newAgent(keeping);
  const counts = async () => {
    const { data } = (await request(keeping, 'GET', '/v1/limits')).body;
    const names = ['ended_sessions', 'file_bytes', 'idempotency_keys', 'idempotency_bytes'];
    return names.map((name) => data.find((each: { name: string }) => each.name === name).used);
  };
  const { database } = api.database;
  const rowsOf = async () => {
    const rows = await database.transaction(keeping.tenantId, (tx) =>
      tx.query('kept-rows', 'SELECT 1 FROM tenant_kept WHERE tenant_id = $1', [keeping.tenantId]),
    );
    return rows.length;
  };
  expect(await counts()).toEqual([0, 0, 0, 0]);
  const picture = png(3, 3);
  const sessions: string[] = [];
  for (const n of [1, 2, 3]) {
    const path = `/v1/agents/${agentId}/sessions`;
    const body = { message: 'Look.', images: [userImage(picture)] };
    const keyed = await request(keeping, 'POST', path, body, { 'idempotency-key': `start-${n}` });
    sessions.push(keyed.body.id);
  }
  const [first = '', second = ''] = sessions;
  await database.transaction(keeping.tenantId, async (tx) => {
    insertArtifact(tx, first, { id: 'art_1', toolCallId: 'call_1', content: 'löng' });
    // It is kept already.
    insertArtifact(tx, first, { id: 'art_1', toolCallId: 'call_1', content: 'löng' });
    insertFiles(tx, first, [{ id: 'file_1', mediaType: 'application/pdf', content: Buffer.alloc(7) }]);
  });
  for (const id of [first, second]) await end(keeping, id);
  const [ended, files, keys, answers] = await counts();
  expect([ended, files, keys, answers > 300]).toEqual([2, 3 * picture.length + 5 + 7, 3, true]);

  const before = await rowsOf();
  const sums = [1, 2].map(() => createKeptSums({ db: database, warn: () => undefined, everyMs: 5, batch: 2 }));
  await until('the rows to be summed up', async () => (await rowsOf()) === 4);
  await Promise.all(sums.map((each) => each.close()));
  expect([await counts(), before > 8]).toEqual([[ended, files, keys, answers], true]);

  expect((await request(keeping, 'DELETE', `/v1/sessions/${first}`)).status).toBe(200);
  expect(await counts()).toEqual([1, 2 * picture.length, keys, answers]);
  // A refused request keeps no key, and neither does a day.
  const refused = await request(keeping, 'POST', '/v1/api-keys', { name: 7 }, { 'idempotency-key': 'refused' });
  expect([refused.status, await counts()]).toEqual([400, [1, 2 * picture.length, keys, answers]]);
  await database.transaction(keeping.tenantId, (tx) =>
    tx.query('age-keys', `UPDATE idempotency_key SET created_at = now() - interval '25 hours' WHERE tenant_id = $1`, [
      keeping.tenantId,
    ]),
  );
  const again = await request(keeping, 'POST', '/v1/api-keys', {}, { 'idempotency-key': 'start-1' });
  expect([again.status, (await counts())[2]]).toEqual([201, keys]);
  await forgetOldKeys(api.database.service, (warning) => api.warnings.push(warning));
  const [, , left, ofOne] = await counts();
  expect([left, ofOne > 0, ofOne < answers]).toEqual([1, true, true]);
});
