import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertDirectCall } from '../../../db/queries/direct-tool-call.ts';
import { newId } from '../../../processes/ids.ts';
import { createDirectCalls } from '../../../worker/direct-calls.ts';
import { hostileServerCommand } from '../../fixtures/mcp/hostile-server-command.ts';
import { judgedEverywhere, startJudgingProvider } from '../../support/judging-provider.ts';
import { effectsOf } from '../../support/tool-server.ts';
import { until } from '../../support/until.ts';
import { type ApiUnderTest, request, startApi } from './fixture.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'direct-calls-'));
const counterFile = path.join(folder, 'counter');
let api: ApiUnderTest;
const servers: Record<string, string> = {};

beforeAll(async () => {
  api = await startApi();
  const { command, args } = hostileServerCommand('--counter-file', counterFile);
  for (const name of ['reads', 'writes', 'asks', 'limited', 'fresh']) {
    const server = { name, transport: 'stdio', command, args };
    servers[name] = (await request(api, 'POST', '/v1/mcp/servers', server)).body.id;
  }
  const policy = (body: object) => request(api, 'PUT', '/v1/mcp/governance/policy', body);
  for (const name of ['asks', 'limited']) await request(api, 'POST', `/v1/mcp/servers/${servers[name]}/discover`);
  for (const name of ['reads', 'writes']) {
    await request(api, 'POST', `/v1/mcp/servers/${servers[name]}/discover`);
    await policy({ tool_name: `${name}/*`, allowed: true, effect: name === 'reads' ? 'read' : 'write' });
  }
  await policy({ tool_name: 'writes/environment', allowed: false });
  await policy({ tool_name: 'asks/*', allowed: true, requires_approval: true });
  await policy({ tool_name: 'limited/*', allowed: true, rate_limit: { calls: 1, per_s: 3_600 } });
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

const call = (server: string, tool: string, args: object = {}, key?: string, more: object = {}) =>
  request(
    api,
    'POST',
    '/v1/mcp/tools/call',
    { server_id: servers[server] ?? server, tool, arguments: args, ...more },
    key === undefined ? {} : { 'idempotency-key': key },
  );
const audited = async (callId: string) => {
  const { body } = await request(api, 'GET', '/v1/mcp/audit?limit=100');
  const entries: { kind: string; target: string; verdict: string; detail: Record<string, unknown> }[] = body.data;
  return entries.filter(({ target }) => target === callId).toReversed();
};

test('[tool:direct-call:same-checks] [tool:audit:each-step-once] a tool that answers gives its result, and each step is in the audit with the key that asked', async () => {
  const secret = `ghp_${'zY8xW5vU2'.repeat(4)}`;
  const { status, body } = await call('writes', 'echo', { text: `hello ${secret}` });
  expect([status, body]).toMatchObject([
    200,
    {
      server_id: servers.writes,
      tool: 'echo',
      model_name: 'writes_echo',
      state: 'succeeded',
      is_error: false,
      output: 'hello [redacted:github]',
      truncated: false,
      reason_code: null,
    },
  ]);
  const entries = await audited(body.id);
  expect(entries.map(({ kind, verdict, detail }) => [kind, verdict ?? detail.outcome])).toEqual([
    ['decision', 'allow'],
    ['dispatch', undefined],
    ['outcome', 'succeeded'],
  ]);
  expect(entries[0]).toMatchObject({
    actor: expect.stringMatching(/^key_/),
    tool: 'writes_echo',
    session_id: null,
    detail: {
      arguments_sha256: createHash('sha256').update('{"text":"hello [redacted:github]"}').digest('hex'),
      server: 'writes',
      server_tool: 'echo',
    },
  });
  expect(JSON.stringify(entries)).not.toContain('hello');
  expect((await request(api, 'GET', `/v1/mcp/tools/calls/${body.id}`)).body).toEqual(body);
  for (const name of ['writes_echo', 'writes/echo']) {
    expect((await call('writes', name, { text: 'by another name' })).body.output).toBe('by another name');
  }
});

test.each([
  {
    what: 'a server that there is not',
    server: 'mcp_01jc0000000000000000000000',
    tool: 'echo',
    status: 404,
    code: 'mcp_server_not_found',
  },
  { what: 'a tool that there is not', server: 'writes', tool: 'nothing', status: 404, code: 'tool_not_found' },
  { what: 'a server that was not discovered', server: 'fresh', tool: 'echo', status: 404, code: 'tool_not_found' },
  { what: 'a bundled server', server: 'workspace', tool: 'write', status: 409, code: 'tool_needs_session' },
  {
    what: 'arguments that do not fit',
    server: 'writes',
    tool: 'slow',
    args: { ms: 'long' },
    status: 400,
    code: 'invalid_tool_arguments',
  },
  { what: 'a tool that policy forbids', server: 'writes', tool: 'environment', status: 403, code: 'tool_not_allowed' },
  {
    what: 'a server that crashes, of a tool that reads',
    server: 'reads',
    tool: 'crash',
    status: 502,
    code: 'mcp_server_failed',
  },
  {
    what: 'a server that crashes, of a tool that writes',
    server: 'writes',
    tool: 'crash',
    status: 502,
    code: 'tool_outcome_unknown',
  },
  {
    what: 'a protocol error',
    server: 'reads',
    tool: 'protocol_error',
    args: { code: -32000 },
    status: 502,
    code: 'mcp_server_failed',
  },
  {
    what: 'a tool that hangs',
    server: 'reads',
    tool: 'hang',
    more: { timeout_ms: 300 },
    status: 504,
    code: 'tool_timed_out',
  },
  {
    what: 'a time limit beyond the lease of the key',
    server: 'reads',
    tool: 'echo',
    more: { timeout_ms: 60_000 },
    status: 400,
    code: 'invalid_request',
  },
])('[tool:direct-call:same-checks] $what: $status $code', async ({ server, tool, args, more, status, code }) => {
  const answer = await call(server, tool, args, undefined, more);
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  if (code === 'tool_not_allowed') expect(answer.body.error.message).toMatch(/rule that decides is "\w+/);
});

test('[tool:direct-call:same-checks] a limit counts direct calls, and guardrails read their arguments and results', async () => {
  expect((await call('limited', 'echo', { text: 'first' })).status).toBe(200);
  const second = await call('limited', 'echo', { text: 'second' });
  expect([second.status, second.body.error.code]).toEqual([429, 'tool_rate_limited']);

  await request(api, 'PUT', '/v1/guardrails/config', { blocked_phrases: ['purple elephant'] });
  const blocked = await call('reads', 'echo', { text: 'a purple elephant' });
  await request(api, 'PUT', '/v1/guardrails/config', { blocked_phrases: [] });
  expect([blocked.status, blocked.body.error.code]).toEqual([403, 'tool_not_allowed']);
  const { body } = await request(api, 'GET', '/v1/mcp/audit?verdict=deny&tool=reads/echo');
  expect(body.data).toMatchObject([{ detail: { rule: 'guardrail', reason_code: 'tool.arguments_withheld' } }]);
});

test('[tool:direct-call:same-checks] [guardrail:provider:asked-before-it-is-stored] a guardrail provider judges the arguments and the result of a direct call', async () => {
  const { url, asked, close } = await startJudgingProvider();
  try {
    const { id } = (await request(api, 'POST', '/v1/guardrails/providers', { name: 'judge', url })).body;
    await request(api, 'PUT', '/v1/guardrails/config', judgedEverywhere);
    const refused = await call('writes', 'echo', { text: 'so rude' });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'tool_not_allowed']);
    expect((await call('writes', 'echo', { text: 'fine' })).body).toMatchObject({ output: 'fine', is_error: false });
    expect(asked.map(({ body }) => [body.hook, body.tool, body.text])).toEqual([
      ['tool_args', 'writes_echo', 'text: so rude\n'],
      ['tool_args', 'writes_echo', 'text: fine\n'],
      ['tool_result', 'echo', 'fine'],
    ]);
    await request(api, 'PUT', '/v1/guardrails/config', { rules: [] });
    await request(api, 'DELETE', `/v1/guardrails/providers/${id}`);
  } finally {
    close();
  }
});

test('[tool:direct-call:same-checks] a call under approval waits for a person, and an approval is for one call of this tool with these arguments', async () => {
  const args = { note: 'approved' };
  const asked = await call('asks', 'count', args);
  expect([asked.status, asked.body]).toMatchObject([202, { state: 'waiting_for_approval' }]);
  const { id, approval_id } = asked.body;
  const listed = await request(api, 'GET', `/v1/mcp/approvals/${approval_id}`);
  expect(listed.body).toMatchObject({ session_id: null, status: 'pending', args, tool_use_id: id });
  expect((await call('asks', 'count', args, undefined, { approval_id })).body).toEqual(asked.body);
  const approve = (scope = 'call') => request(api, 'POST', `/v1/mcp/approvals/${approval_id}/approve`, { scope });
  const forSession = await approve('session');
  expect([forSession.status, forSession.body.error.param]).toEqual([400, 'scope']);
  expect([(await approve()).status, (await approve()).status]).toEqual([200, 409]);

  const other = await call('asks', 'count', { note: 'not approved' }, undefined, { approval_id });
  const elsewhere = await call('asks', 'fail', args, undefined, { approval_id });
  expect([other.body.error.code, elsewhere.body.error.code]).toEqual(['approval_not_found', 'approval_not_found']);
  const both = await Promise.all([1, 2].map(() => call('asks', 'count', args, undefined, { approval_id })));
  const answers = both.map(({ status, body }) => (status === 200 ? body.id : body.error.code));
  expect(answers.sort()).toEqual(['approval_used', id].sort());
  expect([effectsOf(counterFile, 'approved'), effectsOf(counterFile, 'not approved')]).toEqual([1, 0]);

  const denied = (await call('asks', 'count', args)).body;
  await request(api, 'POST', `/v1/mcp/approvals/${denied.approval_id}/deny`, { deny_message: 'Not on Fridays.' });
  const refused = await call('asks', 'count', args, undefined, { approval_id: denied.approval_id });
  expect([refused.status, refused.body.error.message]).toEqual([403, 'A person denied this call: Not on Fridays.']);

  const late = (await call('asks', 'count', args)).body;
  await api.database.database.serviceTransaction((tx) =>
    tx.query('expire-approval', `UPDATE required_action SET expires_at = now() - interval '1 s' WHERE id = $1`, [
      late.approval_id,
    ]),
  );
  const expired = await call('asks', 'count', args, undefined, { approval_id: late.approval_id });
  expect(expired.body.error.code).toBe('approval_expired');
  expect(effectsOf(counterFile, 'approved')).toBe(1);
  expect((await audited(id)).map(({ kind }) => kind)).toEqual(['decision', 'decision', 'dispatch', 'outcome']);
});

test('[tool:direct-call:same-checks] an approval makes one call also when policy asks no more', async () => {
  const args = { note: 'asked before' };
  const ask = async () => (await call('asks', 'count', args)).body.approval_id;
  const ids: string[] = [await ask(), await ask(), await ask()];
  const [always, pending, denied] = ids;
  await request(api, 'POST', `/v1/mcp/approvals/${denied}/deny`, {});
  await request(api, 'POST', `/v1/mcp/approvals/${always}/approve`, { scope: 'always' });
  const codeOf = async (approval_id?: string) => {
    const { status, body } = await call('asks', 'count', args, undefined, { approval_id });
    return status === 200 ? status : body.error.code;
  };
  for (const id of [always, pending]) expect([await codeOf(id), await codeOf(id)]).toEqual([200, 'approval_used']);
  expect([await codeOf(denied), await codeOf('apr_unknown')]).toEqual(['tool_not_allowed', 'approval_not_found']);
  expect(effectsOf(counterFile, 'asked before')).toBe(2);
  const released = await request(api, 'GET', `/v1/mcp/approvals/${pending}`);
  expect(released.body).toMatchObject({ status: 'approved', answered_by: expect.stringMatching(/^rule:pol_/) });
  const { body } = await request(api, 'GET', '/v1/mcp/governance');
  const exception = body.policies.find((policy: { tool_name: string }) => policy.tool_name === 'asks/count');
  await request(api, 'DELETE', `/v1/mcp/governance/policy/${exception.id}`);
});

test('[tool:direct-call:same-checks] a tool that says it failed has answered', async () => {
  const { status, body } = await call('writes', 'fail');
  expect([status, body]).toMatchObject([200, { is_error: true, state: 'failed', reason_code: null }]);
  expect(body.output).toContain('it did not work; try another way');
});

test('[tool:direct-call:same-checks] a result that is too long is cut, and its whole can be read', async () => {
  const { body } = await call('reads', 'huge', { bytes: 200_000, end: 'the end' });
  expect([body.truncated, body.bytes, Buffer.byteLength(body.output) <= 64 * 1024]).toEqual([true, 200_007, true]);
  const whole = await request(api, 'GET', body.result_url);
  expect([whole.body.length, whole.body.slice(-7)]).toEqual([200_007, 'the end']);
});

test('[tool:direct-call:once-per-key] a request that is sent again with its key is given the stored outcome, a refused one is checked anew, and another needs another key', async () => {
  const note = { note: 'keyed' };
  const first = await call('writes', 'count', note, 'direct-1');
  const again = await call('writes', 'count', note, 'direct-1');
  expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(effectsOf(counterFile, 'keyed')).toBe(1);
  expect((await call('writes', 'count', { note: 'other' }, 'direct-1')).body.error.code).toBe('idempotency_mismatch');

  const crash = await call('writes', 'crash_after_count', {}, 'direct-2');
  const crashed = await call('writes', 'crash_after_count', {}, 'direct-2');
  expect([crash.body.error.code, crashed.body.error.code]).toEqual(['tool_outcome_unknown', 'tool_outcome_unknown']);
  expect(crashed.body.error.message).toBe(crash.body.error.message);
  expect(effectsOf(counterFile, 'crash')).toBe(1);

  expect((await call('writes', 'environment', {}, 'direct-3')).status).toBe(403);
  await request(api, 'PUT', '/v1/mcp/governance/policy', { tool_name: 'writes/environment', allowed: true });
  expect((await call('writes', 'environment', {}, 'direct-3')).status).toBe(200);
});

test('[tool:direct-call:once-per-key] while a request is under way, another with its key is refused and calls nothing', async () => {
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => call('writes', 'count', { note: 'at-once', ms: 500 }, 'direct-4')),
  );
  const codes = answers.map(({ status, body }) => (status === 200 ? 200 : body.error.code)).sort();
  expect(codes).toEqual([200, ...Array(3).fill('idempotency_in_progress')]);
  expect(effectsOf(counterFile, 'at-once')).toBe(1);
});

test('[tool:direct-call:once-per-key] a call whose process has died and that nobody asks for gets an outcome, and old calls are erased', async () => {
  const abandoned = { id: newId('call'), keyId: 'key_x', requestSha256: 'x', serverId: 'mcp_x', serverName: 'x' };
  const tool = { serverTool: 'x', toolName: 'x_x', idempotent: false, idempotencyKey: null, createdAt: new Date() };
  const read = newId('call');
  await api.database.database.transaction(api.tenantId, async (tx) => {
    insertDirectCall(tx, { ...abandoned, ...tool, effect: 'write' });
    insertDirectCall(tx, { ...abandoned, ...tool, id: read, effect: 'read' });
  });
  const stateOf = async (id: string) => (await request(api, 'GET', `/v1/mcp/tools/calls/${id}`)).body.state;
  const sweep = (nowMs: () => number, retentionMs?: number) =>
    createDirectCalls({
      db: api.database.service,
      retentionMs,
      nowMs,
      everyMs: 10,
      warn: (warning) => api.warnings.push(warning),
    });
  const later = [sweep(() => Date.now() + 121_000), sweep(() => Date.now() + 121_000)];
  await until('the abandoned calls to end', async () => (await stateOf(read)) !== 'dispatched');
  await until('the abandoned calls to end', async () => (await stateOf(abandoned.id)) !== 'dispatched');
  await Promise.all(later.map((each) => each.close()));
  expect([await stateOf(abandoned.id), await stateOf(read)]).toEqual(['unknown', 'failed']);
  expect((await audited(abandoned.id)).map(({ detail }) => detail.outcome)).toEqual(['unknown']);
  const old = sweep(() => Date.now() + 86_400_000, 3_600_000);
  await until('the old call to be erased', async () => (await stateOf(abandoned.id)) === undefined);
  await old.close();
  expect(await audited(abandoned.id)).toHaveLength(1);
  expect((await request(api, 'GET', '/v1/mcp/audit/verify')).body).toMatchObject({ ok: true, waiting: 0 });
});
