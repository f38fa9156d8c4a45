import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storeListing } from '../../../db/queries/mcp-pins.ts';
import { type ApiUnderTest, newAgent, openStream, request, startApi } from './fixture.ts';

let api: ApiUnderTest;
let sam: string;
let kim: string;

beforeAll(async () => {
  api = await startApi();
  sam = await newAgent(api, { department: 'Sales' });
  kim = await newAgent(api, { department: 'Support' });
  await connect('fs', ['read_file', 'write_file']);
  await connect('git', ['read_file', 'push']);
});
afterAll(() => api.stop());

/** Connects a server and pins its tools, as if it had been discovered. */
async function connect(name: string, tools: readonly string[]): Promise<void> {
  const inputSchema = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] };
  const server = { name, transport: 'streamable-http', url: 'http://127.0.0.1:1/mcp' };
  const { id } = (await request(api, 'POST', '/v1/mcp/servers', server)).body;
  const pins = tools.map((tool) => ({ name: tool, description: tool, inputSchema, hash: `${name}-${tool}` }));
  await api.database.database.transaction(api.tenantId, (tx) =>
    storeListing(tx, id, { tools: pins, withheld: [], warnings: [] }),
  );
}

const put = (body: object) => request(api, 'PUT', '/v1/mcp/governance/policy', body);
const check = (body: object) => request(api, 'POST', '/v1/mcp/governance/check', body);
const path = { path: 'a' };

async function clear(): Promise<void> {
  const { body } = await request(api, 'GET', '/v1/mcp/governance');
  for (const { id } of body.policies) await request(api, 'DELETE', `/v1/mcp/governance/policy/${id}`);
}

test('[tool:policy:every-name-of-a-tool] a policy by any name of a tool forbids that tool, and the list of tools says so', async () => {
  for (const name of ['write_file', 'fs/write_file', 'fs_write_file', 'fs/write*', '*/write_file']) {
    await clear();
    const policy = await put({ tool_name: name, allowed: false });
    expect([name, policy.status, policy.body.matches, policy.body.warning]).toEqual([
      name,
      200,
      ['fs/write_file'],
      undefined,
    ]);
    const tools = (await request(api, 'GET', '/v1/mcp/tools')).body.data;
    expect(tools.find((tool: { names: string[] }) => tool.names.includes(name.replace('*', '_file')))).toMatchObject(
      name === '*/write_file' ? {} : { verdict: 'deny', rule: policy.body.id },
    );
    const denied = tools.filter((tool: { verdict: string }) => tool.verdict === 'deny');
    expect(denied).toMatchObject([
      {
        server: 'fs',
        names: ['fs/write_file', 'write_file', 'fs_write_file'],
        model_name: 'fs_write_file',
        effect: 'write',
        idempotent: false,
        rule: policy.body.id,
      },
    ]);
  }
  await clear();
  expect((await put({ tool_name: 'read_file', allowed: false })).body.matches).toEqual([
    'fs/read_file',
    'git/read_file',
  ]);
});

test('[tool:policy:every-name-of-a-tool] a name that no tool has is refused with the names that there are, or said to await its server', async () => {
  await clear();
  for (const tool_name of ['wirte_file', 'fs/wirte_file', 'fs_wirte*']) {
    const refused = await put({ tool_name, allowed: false });
    expect([refused.status, refused.body.error.code, refused.body.error.param]).toEqual([
      400,
      'unknown_tool',
      'tool_name',
    ]);
    expect(refused.body.error.message).toContain('fs/read_file, fs/write_file');
  }
  const awaited = await put({ tool_name: 'mail/send', allowed: false });
  expect(awaited.body).toMatchObject({
    matches: [],
    warning: expect.stringContaining('once their server is discovered'),
  });
  await connect('mail', ['send']);
  const known = await request(api, 'GET', `/v1/mcp/governance/policy/${awaited.body.id}`);
  expect(known.body).toEqual({ ...awaited.body, warning: undefined, matches: ['mail/send'] });
  expect((await put({ tool_name: 'fs/*', alowed: false, allowed: true })).body.error).toMatchObject({
    code: 'unknown_field',
    param: 'alowed',
  });
});

test('[tool:policy:most-specific-wins] policies of the tenant, a department and an agent are asked in turn, and the dry run says which decides', async () => {
  await clear();
  const tenant = (await put({ tool_name: 'fs/*', allowed: false })).body;
  const department = (await put({ tool_name: 'fs/*', department: 'Sales', allowed: true, requires_approval: true }))
    .body;
  const agent = (await put({ tool_name: 'fs/*', agent_id: sam, allowed: true, effect: 'read' })).body;
  expect(new Set([tenant.id, department.id, agent.id]).size).toBe(3);
  expect((await put({ tool_name: 'fs/*', agent_id: sam, allowed: true })).body).toMatchObject({
    id: agent.id,
    effect: 'read',
  });
  const call = { tool: 'write_file', arguments: path };
  expect((await check(call)).body).toEqual({
    tool: 'fs/write_file',
    model_name: 'fs_write_file',
    verdict: 'deny',
    rule: tenant.id,
    reason_code: 'tool.not_allowed',
    reason: expect.stringContaining('not allowed by policy'),
    effect: 'write',
    idempotent: false,
    policies: [tenant.id],
  });
  expect((await check({ ...call, agent_id: kim })).body).toMatchObject({ verdict: 'deny', policies: [tenant.id] });
  expect((await check({ ...call, agent_id: sam })).body).toMatchObject({
    verdict: 'allow',
    rule: agent.id,
    effect: 'read',
    policies: [agent.id, department.id, tenant.id],
  });
  expect((await check({ tool: 'fs/write_file', agent_id: sam })).body).toMatchObject({
    verdict: 'deny',
    rule: 'schema',
    reason_code: 'tool.invalid_arguments',
  });
  expect((await request(api, 'DELETE', `/v1/mcp/governance/policy/${agent.id}`)).body).toEqual({
    id: agent.id,
    deleted: true,
  });
  expect((await check({ ...call, agent_id: sam })).body).toMatchObject({
    verdict: 'ask',
    rule: department.id,
    reason: `A person would be asked for approval of this call of fs_write_file. The policy ${department.id} asks.`,
  });
  const tools = (await request(api, 'GET', `/v1/mcp/tools?agent_id=${sam}`)).body.data;
  expect(tools.find((tool: { name: string }) => tool.name === 'write_file')).toMatchObject({
    verdict: 'ask',
    rule: department.id,
  });
});

test('[tool:policy:dry-run] a check says what the guardrails of the agent would do to the arguments', async () => {
  await clear();
  const query = `/v1/guardrails/config?agent_id=${sam}`;
  await request(api, 'PUT', query, { blocked_phrases: ['blue moon'] });
  const body = { tool: 'fs/write_file', arguments: { path: 'once in a blue moon' } };
  expect((await check({ ...body, agent_id: sam })).body).toMatchObject({
    verdict: 'deny',
    rule: 'guardrail',
    reason_code: 'tool.arguments_withheld',
    reason: expect.stringContaining('blocked'),
  });
  expect((await check({ ...body, agent_id: kim })).body).toMatchObject({ verdict: 'ask', rule: 'default' });
  await request(api, 'PUT', query, { blocked_phrases: [] });
});

test('[tool:policy:dry-run] a check names no tool, two tools, or an agent that does not exist', async () => {
  expect((await check({ tool: 'nothing' })).body.error).toMatchObject({ code: 'unknown_tool', param: 'tool' });
  const several = (await check({ tool: 'read_file' })).body.error;
  expect(several.message).toContain('Several tools are called "read_file": fs/read_file, git/read_file.');
  expect((await check({ tool: 'git/push', agent_id: 'nobody' })).body.error.code).toBe('agent_not_found');
  const policy = (await put({ tool_name: 'git/push', agent_id: 'nobody', allowed: true })).body.error;
  expect(policy).toMatchObject({ code: 'agent_not_found', param: 'agent_id', message: expect.stringContaining(sam) });
  const department = (await put({ tool_name: 'git/push', department: 'Slaes', allowed: false })).body;
  expect(department.warning).toBe('No agent is in the department "Slaes" now. There are Sales, Support.');
});

test('[tool:policy:argument-rules] an argument rule holds for every policy that does not state its own, and the dry run names it', async () => {
  await clear();
  const argument_rules = [{ pointer: '/path', path_prefixes: ['/data'] }];
  const broad = (await put({ tool_name: 'fs/*', allowed: true, argument_rules })).body;
  expect(broad.argument_rules).toEqual(argument_rules);
  const narrow = (await put({ tool_name: 'write_file', allowed: true })).body;
  const write = (to: string) => check({ tool: 'write_file', arguments: { path: to } });
  expect((await write('/data/a')).body).toMatchObject({ verdict: 'allow', rule: narrow.id });
  const refused = (await write('/data/%2e%2e/etc/passwd')).body;
  expect(refused).toMatchObject({ verdict: 'deny', rule: broad.id, reason_code: 'tool.argument_rule' });
  expect(refused.reason).toContain('/path: it must be a path below /data');
  expect(refused.reason).not.toContain('passwd');
  expect((await put({ tool_name: 'write_file', allowed: true, argument_rules: [] })).body.argument_rules).toEqual([]);
  expect((await write('/etc/passwd')).body.verdict).toBe('allow');
  expect((await put({ tool_name: 'write_file', allowed: true })).body.argument_rules).toEqual([]);
  expect((await put({ tool_name: 'write_file', allowed: true, argument_rules: null })).body.argument_rules).toBeNull();
  expect((await write('/etc/passwd')).body).toMatchObject({ verdict: 'deny', rule: broad.id });
});

test('[tool:policy:default-for-unknown-tools] a tool that no policy names meets what the tenant has set', async () => {
  await clear();
  const set = (unknown_tools: string) => request(api, 'PUT', '/v1/mcp/governance', { unknown_tools });
  for (const verdict of ['deny', 'ask', 'allow']) {
    expect((await set(verdict)).body).toMatchObject({ unknown_tools: verdict });
    expect((await check({ tool: 'git/push', arguments: path })).body).toMatchObject({ verdict, rule: 'default' });
    expect((await check({ tool: 'workspace/list' })).body).toMatchObject({ verdict: 'allow', rule: 'default' });
  }
  expect((await set('perhaps')).body.error.param).toBe('unknown_tools');
  const audited = (await request(api, 'GET', '/v1/mcp/audit?limit=3')).body.data;
  expect(audited[0]).toMatchObject({ action: 'tool_settings.put', detail: { unknown_tools: 'allow' } });
});

test('[tool:policy:every-name-of-a-tool] a run names its tools by any of their names, and is told what they are', async () => {
  const start = (tools: string[]) => request(api, 'POST', `/v1/agents/${sam}/sessions`, { message: 'x', tools });
  const started = await start(['write_file', 'git/*', 'workspace_read', 'later/*']);
  expect(started.body).toMatchObject({
    tools: ['fs/write_file', 'git/push', 'git/read_file', 'workspace/read'],
    warnings: [expect.stringContaining('"later/*"')],
  });
  expect((await start([])).body).toMatchObject({ tools: [], warnings: [] });
  const refused = await start(['git/*', 'gti_push']);
  expect([refused.status, refused.body.error.code, refused.body.error.param]).toEqual([400, 'unknown_tool', 'tools']);
});

test('[tool:policy:globs-that-mean-something] what is no glob is refused in policies and in runs', async () => {
  const run = { message: 'x', tools: ['git/*', '!fs/*'] };
  for (const [param, refused] of [
    ['tool_name', await put({ tool_name: 'mail/[', allowed: false })],
    ['tools', await request(api, 'POST', `/v1/agents/${sam}/sessions`, run)],
  ] as const) {
    expect([refused.status, refused.body.error.code, refused.body.error.param]).toEqual([
      400,
      'invalid_request',
      param,
    ]);
    expect(refused.body.error.message).toContain('`*` for any text');
  }
});

test('[tool:filter:warnings-in-the-stream] a client that streams its run reads in the first event what its tools name and what names nothing yet', async () => {
  const first = async (tools?: string[]) => {
    const body = { message: 'x', tools };
    const stream = await openStream(api, `/v1/agents/${sam}/run`, { method: 'POST', body });
    await stream.until(1);
    stream.leave();
    return JSON.parse(stream.events[0]?.data ?? '');
  };
  expect(await first(['fs/*', 'later/*'])).toMatchObject({
    tools: ['fs/read_file', 'fs/write_file'],
    warnings: [expect.stringContaining('"later/*"')],
  });
  expect(await first(['fs/*'])).not.toHaveProperty('warnings');
  expect(await first()).not.toHaveProperty('tools');
});

test('[tool:policy:dry-run] the commands of the page about governance answer what it shows', async () => {
  await clear();
  await request(api, 'POST', '/v1/agent/bootstrap', { agent_id: 'archivist' });
  const page = readFileSync(new URL('../../../docs/governance.md', import.meta.url), 'utf8');
  const examples = [...page.matchAll(/```sh\n(.*?)```\n\n```json\n(.*?)```/gs)];
  expect(examples).toHaveLength([...page.matchAll(/```sh/g)].length);
  expect(examples.length).toBeGreaterThan(7);
  for (const [, command = '', answer = ''] of examples) {
    const env = { ...process.env, BASE: api.baseUrl, KEY: api.apiKey };
    const { stdout } = await promisify(execFile)('sh', ['-c', command.replace('curl', 'curl -s')], { env });
    expect({ command, answer: JSON.parse(stdout) }).toMatchObject({ command, answer: shownInPart(JSON.parse(answer)) });
  }
});

/** A text that ends in an ellipsis is a part of the text that is answered. */
function shownInPart(shown: unknown): unknown {
  if (typeof shown === 'string' && shown.endsWith('…')) return expect.stringContaining(shown.slice(0, -1));
  if (Array.isArray(shown)) return shown.map(shownInPart);
  if (shown === null || typeof shown !== 'object') return shown;
  return Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, shownInPart(value)]));
}
