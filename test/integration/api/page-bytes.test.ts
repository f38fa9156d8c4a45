import { afterAll, beforeAll, expect, test } from 'vitest';
import { appendEvents } from '../../../db/queries/event.ts';
import { lockSession } from '../../../db/queries/session.ts';
import { type ApiUnderTest, message, newAgent, newSession, request, startApi } from './fixture.ts';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

/** Tools with long names that have all digits in them. */
const MANY_TOOLS = Array.from({ length: 200 }, (_, nth) => ({
  name: `${'n'.repeat(100)}-123456789-${nth}`,
  description: '',
  inputSchema: {},
  hash: '',
}));

test('[api:list:bounded-in-bytes] a page has at most some megabytes, and its cursor leads to every row that it left out', async () => {
  const made = await request(api, 'POST', '/v1/tenants', { name: 'wordy' });
  const wordy = { ...api, apiKey: made.body.api_key.key, tenantId: made.body.id };
  const agentId = await newAgent(wordy);
  const sessionId = await newSession(wordy, agentId);
  const large = 'x'.repeat(1_000_000);
  const { database } = api.database;
  // Rows of a time when nothing bounded them, and a log with long answers.
  await database.transaction(wordy.tenantId, async (tx) => {
    await tx.query('patience', "SET LOCAL statement_timeout = '60s'", []);
    await tx.query(
      'wordy-agents',
      `INSERT INTO agent (tenant_id, agent_id, display_name, metadata)
       SELECT $1, 'wordy-' || n, 'wordy', jsonb_build_object('large', $2::text) FROM generate_series(1, 10) n`,
      [wordy.tenantId, large],
    );
    await lockSession(tx, sessionId);
    appendEvents(
      tx,
      sessionId,
      Array.from({ length: 10 }, (_, turn) => message(turn, large)),
    );
    await tx.query('wordy-metadata', 'UPDATE session SET metadata = $2 WHERE id = $1', [
      sessionId,
      JSON.stringify({ large }),
    ]);
    await tx.query(
      'wordy-turns',
      `INSERT INTO turn (session_id, tenant_id, turn, task_class, user_messages, manifest)
       SELECT $1, $2, n, 'chat', jsonb_build_array($3::text), '{}' FROM generate_series(0, 9) n`,
      [sessionId, wordy.tenantId, large],
    );
    await tx.query(
      'wordy-audit',
      `INSERT INTO audit_entry (id, tenant_id, actor, action, target, detail)
       SELECT 'aud_wordy' || n, $1, 'someone', 'tool_policy.put', 'it', jsonb_build_object('large', repeat('x', 600000)) FROM generate_series(1, 10) n`,
      [wordy.tenantId],
    );
    await tx.query(
      'wordy-questions',
      `INSERT INTO required_action (id, tenant_id, tool_call_id, kind, rule, tool_name, server_id, server_tool, effect, args,
                                    args_hash, pin, expires_at)
       SELECT 'act_wordy' || n, $1, 'call_' || n, 'approval', 'default', 'tool', 'server', 'tool', 'write',
              jsonb_build_object('large', repeat('x', 600000)), '', '', now() + interval '1 h' FROM generate_series(1, 10) n`,
      [wordy.tenantId],
    );
    await tx.query(
      'wordy-servers',
      `INSERT INTO mcp_server (id, tenant_id, name, transport, url, tools, withheld)
       SELECT 'mcp_wordy' || n, $1, 'wordy' || n, 'streamable-http', 'http://127.0.0.1:1/', $2,
              jsonb_build_array(jsonb_build_object('tool', '#1', 'reason', 'costly_schema', 'message', repeat('x', 600000)))
         FROM generate_series(1, 10) n`,
      [wordy.tenantId, JSON.stringify(MANY_TOOLS)],
    );
    // Each of them is small, and names two thousand tools with long names.
    await tx.query(
      'policies-of-many-tools',
      `INSERT INTO tool_policy (tenant_id, tool_name, matched_names)
       SELECT $1, '*' || substr('123456789', first, length) || '*', 'any'
         FROM generate_series(1, 4) first, generate_series(1, 5) length`,
      [wordy.tenantId],
    );
  });
  const lists: [path: string, rows: number][] = [
    ['/v1/agent/profiles', 11],
    [`/v1/sessions/${sessionId}/events`, 11],
    [`/v1/sessions/${sessionId}/transcript`, 10],
    ['/v1/sessions', 1],
    ['/v1/governance/audit', 11],
    ['/v1/mcp/approvals', 10],
    ['/v1/mcp/servers', 14],
    ['/v1/mcp/governance', 20],
  ];
  for (const [path, rows] of lists) {
    const seen: unknown[] = [];
    let pages = 0;
    for (let cursor = ''; pages < 20; pages++) {
      const { body } = await request(wordy, 'GET', `${path}?limit=100${cursor}`);
      expect(JSON.stringify(body).length).toBeLessThan(5_000_000);
      seen.push(...(body.data ?? body.policies));
      if (body.next_cursor === null) break;
      cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`;
    }
    expect([path, seen.length, pages > 0]).toEqual([path, rows, rows > 1]);
    expect(new Set(seen.map((row) => JSON.stringify(row))).size).toBe(rows);
  }
});
