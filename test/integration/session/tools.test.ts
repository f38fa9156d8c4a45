import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import type { auditEntrySchema } from '../../../contract/audit.ts';
import type { McpToolResource } from '../../../contract/mcp.ts';
import { askingRun } from '../../support/asking-run.ts';
import type { EventWatch } from '../../support/event-watch.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { effectsOf, type ToolServer } from '../../support/tool-server.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;
let agentId: string;
let reads: ToolServer;
let writes: ToolServer;
let hanging: EventWatch;

beforeAll(async () => {
  stack = await startTestStack({ env: { AGENT_RUNS_TOOL_CANCEL_S: '1' } });
  agentId = await stack.newAgent();
  // The question to a person has tests of its own (unknown-effects.test.ts).
  await stack.api.call('PUT', '/v1/mcp/governance', { unknown_effects: 'tell' });
  reads = await stack.toolServer('reads', { effect: 'read', idempotent: false });
  writes = await stack.toolServer('writes', { effect: 'write', idempotent: false });
  // This session hangs while the other tests run.
  const other = await stack.toolServer('hangs', { effect: 'read', idempotent: false });
  hanging = await callOnce(other.tool('hang'), {});
});
afterAll(async () => {
  // This is not done after each test, since one session runs during all of them.
  await checkInvariants(stack).finally(() => stack.stop());
});

/** Starts a session that makes one tool call and then answers. */
async function callOnce(name: string, args: Record<string, unknown>, agent = agentId): Promise<EventWatch> {
  const script = await stack.script({
    turns: [[{ toolCalls: [{ name, args }] }], [{ text: 'I read it.' }]],
    repeatLastAttempt: true,
  });
  return stack.api.run(agent, { message: 'Call it.', models: script.models });
}

/** An agent that may write secrets into arguments, so that a tool can be made to answer with one. */
async function agentWithSecrets(): Promise<string> {
  const id = await stack.newAgent();
  await stack.api.call('PUT', `/v1/guardrails/config?agent_id=${id}`, { redact_secrets: false });
  return id;
}

async function resultOf(name: string, args: Record<string, unknown>, agent = agentId) {
  const run = await callOnce(name, args, agent);
  expect((await run.ended()).reason).toBe('completed');
  const [result] = run.ofType('agent.tool_result');
  return { run, result };
}

test('[tool:call:bundled-and-external] a tool of an external server is called over stdio and gives its result to the model', async () => {
  const { result } = await resultOf(reads.tool('echo'), { text: 'hello from outside' });
  expect(result).toMatchObject({ isError: false, results: 1, preview: 'hello from outside', bytes: 18 });
});

test.each([
  { tool: 'crash', says: /went away|lost|crash/i },
  { tool: 'fail', says: /it did not work; try another way/ },
  { tool: 'malformed', says: /answered with an error/ },
])(
  '[tool:server:failure-is-a-readable-result] a tool that does "$tool" gives a result that the model can read, and does not end the session',
  async ({ tool, says }) => {
    const { result } = await resultOf(reads.tool(tool), {});
    expect(result).toMatchObject({ isError: true, preview: expect.stringMatching(says) });
  },
);

test('[tool:server:failure-is-a-readable-result] a protocol error gives a result that the model can read', async () => {
  const { result } = await resultOf(reads.tool('protocol_error'), { code: -32000 });
  expect(result).toMatchObject({ isError: true, preview: expect.stringContaining('refused on request') });
});

test('[tool:server:failure-is-a-readable-result] a server that crashed serves the next call', async () => {
  await resultOf(reads.tool('crash'), {});
  const { result } = await resultOf(reads.tool('echo'), { text: 'back again' });
  expect(result).toMatchObject({ isError: false, preview: 'back again' });
});

test('[tool:unknown-outcome:said-and-not-repeated] [I5] a writing tool whose server crashed in the call is not run again, and its result says so', async () => {
  const { result, run } = await resultOf(writes.tool('crash_after_count'), {});
  expect(result).toMatchObject({ isError: true, preview: expect.stringContaining('It was not run again.') });
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ state: string }>('state-of-crashed', 'SELECT state FROM tool_call WHERE session_id = $1', [
      run.sessionId,
    ]),
  );
  expect(rows).toEqual([{ state: 'unknown' }]);
});

test('[tool:result:time-limit-and-byte-cap] a result beyond the byte cap is cut and says so', async () => {
  const { result, run } = await resultOf(reads.tool('huge'), { bytes: 1_000_000 });
  expect(result).toMatchObject({ isError: false, bytes: 1_000_000, truncated: true });
  expect(Buffer.byteLength(result?.preview ?? '')).toBeLessThanOrEqual(2_048);
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ stored: number }>(
      'size-of-huge',
      'SELECT octet_length(output) AS stored FROM tool_call WHERE session_id = $1',
      [run.sessionId],
    ),
  );
  expect(rows[0]?.stored).toBeLessThanOrEqual(64 * 1024);
});

test('[tool:artifact:whole-result-readable] [I10] a result that was cut can be read whole, without its secrets', async () => {
  const secret = `ghp_${'zY8xW5vU2'.repeat(4)}`;
  const end = ` token ${secret}, schließlich the end`;
  const { result, run } = await resultOf(reads.tool('huge'), { bytes: 200_000, end }, await agentWithSecrets());
  const bytes = 200_000 + Buffer.byteLength(end);
  expect(result).toMatchObject({ truncated: true, bytes, artifactId: expect.stringMatching(/^art_\w+$/) });
  expect(run.ofType('br.guardrail_intervention')).toMatchObject([{ stage: 'tool_result', action: 'redact' }]);

  const session = `/v1/sessions/${run.sessionId}`;
  const artifact = `${session}/artifacts/${result?.artifactId}`;
  const whole = 'x'.repeat(200_000) + end.replace(secret, '[redacted:github]');
  const read = await stack.api.request('GET', artifact);
  expect([read.status, read.body === whole]).toEqual([200, true]);
  expect(Object.fromEntries(read.headers)).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(whole)),
    'content-disposition': `inline; filename="${result?.artifactId}.txt"`,
  });
  const { data } = await stack.api.call<{ data: { artifact_id?: string }[] }>('GET', `${session}/transcript`);
  expect(data.flatMap((message) => message.artifact_id ?? [])).toEqual([result?.artifactId]);

  const refused = { status: 404, body: { error: { code: 'artifact_not_found' } } };
  expect(await stack.api.request('GET', `${session}/artifacts/art_none`)).toMatchObject(refused);
});

test('[tenant:limits:refused-by-name] a result for which the tenant has no room keeps only the text that the model gets, and says so', async () => {
  const { data } = await stack.api.call<{ data: { id: string }[] }>('GET', '/v1/tenants');
  const limit = (file_bytes: number | null) =>
    stack.api.call('PATCH', `/v1/tenants/${data.at(-1)?.id}`, { limits: { file_bytes } });
  const calling = limit(0).then(() => resultOf(reads.tool('huge'), { bytes: 200_000 }));
  const { result, run } = await calling.finally(() => limit(null));
  expect([result?.isError, result?.truncated, result?.artifactId]).toEqual([false, true, undefined]);
  const sql = `SELECT 1 FROM tool_call WHERE session_id = $1 AND output LIKE '%"file_bytes" of this tenant is 0 bytes.%'`;
  expect(await stack.db.serviceTransaction((tx) => tx.query('no-room', sql, [run.sessionId]))).toHaveLength(1);
});

test.each([
  { why: 'does not exist', tool: 'nowhere_nothing', args: {}, says: 'There is no tool' },
  {
    why: 'gets arguments that do not fit its schema',
    tool: 'workspace_read',
    args: { name: 7 },
    says: 'do not fit its schema',
  },
])(
  '[tool:call:checked-before-it-runs] a call of a tool that $why is refused with a result that the model can read',
  async ({ tool, args, says }) => {
    const { result, run } = await resultOf(tool, args);
    expect(result).toMatchObject({ isError: true, preview: expect.stringContaining(says) });
    expect(run.ofType('agent.tool_use')).toMatchObject([{ permission: 'deny' }]);
    expect(run.ofType('br.guardrail_intervention')).toMatchObject([{ stage: 'tool_args', action: 'block' }]);
  },
);

test.each([
  { kind: 'an external', named: () => writes.tool('echo'), args: { text: 'hello' } },
  { kind: 'a bundled', named: () => 'memory_search', args: { query: 'hello' } },
])(
  '[tool:call:bundled-and-external] [tool:call:checked-before-it-runs] $kind tool that policy forbids is not run',
  async ({ named, args }) => {
    const policy = { tool_name: named(), allowed: false, requires_approval: false };
    await stack.api.call('PUT', '/v1/mcp/governance/policy', policy);
    const { result } = await resultOf(named(), args);
    expect(result).toMatchObject({ isError: true, preview: expect.stringContaining('not allowed by policy') });
  },
);

test('[model:routing:learns-once-a-turn] a call of an unknown tool lowers the reward of a model, and a call that nobody approves does not', async () => {
  const rewardOf = async (tool: string, body: object) => {
    const { run } = await askingRun(stack, agentId, [{ name: tool, args: {} }], body);
    expect((await run.ended()).reason).toBe('completed');
    const [outcome] = await stack.db.serviceTransaction((tx) =>
      tx.query<{ reward: number }>(
        'reward-of-first-turn',
        'SELECT reward FROM outcome WHERE session_id = $1 AND turn = 0',
        [run.sessionId],
      ),
    );
    return outcome?.reward;
  };
  const asked = { tool_name: writes.tool('fail'), allowed: true, requires_approval: true };
  await stack.api.call('PUT', '/v1/mcp/governance/policy', asked);
  expect(await rewardOf(writes.tool('fail'), { idle_timeout_s: 0.2 })).toBe(1);
  expect(await rewardOf('nowhere_nothing', {})).toBeLessThan(0.5);
});

interface Quarantine {
  readonly tool: string;
  readonly hash: string;
  readonly differences: readonly object[];
}

test('[tool:call:checked-before-it-runs] [tool:pin:quarantined-until-accepted] a tool whose definition has changed is not called until an admin has seen the change and accepted it', async () => {
  const redefined = `${stack.counterFile}.redefined`;
  const server = await stack.toolServer('drifts', { effect: 'write', idempotent: false });
  const counted = async (note: string) => {
    const { result, run } = await resultOf(server.tool('count'), { note });
    const why = run.ofType('br.guardrail_intervention').map((each) => each.reasonCode);
    return { isError: result?.isError, why, effects: effectsOf(stack.counterFile, note) };
  };
  const shown = () => stack.api.call<{ quarantined: Quarantine[] }>('GET', `/v1/mcp/servers/${server.id}`);
  const accept = (body: object) => stack.api.call('POST', `/v1/mcp/servers/${server.id}/tools/accept`, body);
  const ran = { isError: false, why: [], effects: 1 };
  const refused = (why: string) => ({ isError: true, why: [why], effects: 0 });
  expect(await counted('as pinned')).toEqual(ran);

  // The server is connected again after a crash, as after a deployment.
  writeFileSync(redefined, '');
  await resultOf(server.tool('crash'), {});
  expect(await counted('redefined')).toEqual(refused('tool.definition_changed'));
  expect(await counted('in quarantine')).toEqual(refused('tool.quarantined'));
  const [drift] = (await shown()).quarantined;
  expect(drift).toMatchObject({
    tool: 'count',
    times: 1,
    differences: [{ path: '/description', before: 'Misbehaves: count.', after: 'Behaves: count.' }],
  });

  // A discovery finds the change of the other tools, too, and ends no quarantine.
  await stack.api.call('POST', `/v1/mcp/servers/${server.id}/discover`);
  expect((await shown()).quarantined.length).toBeGreaterThan(10);
  expect(await counted('discovered again')).toEqual(refused('tool.quarantined'));
  await expect(accept({ tool: 'count', hash: '0'.repeat(64) })).rejects.toThrow('mcp_tool_changed');
  await accept({ tool: 'count', hash: drift?.hash, may_change: ['/description'] });
  expect(await counted('accepted')).toEqual(ran);
  expect((await shown()).quarantined.map(({ tool }) => tool)).not.toContain('count');

  // The server is as it was, and of `count` the description may change.
  rmSync(redefined);
  await stack.api.call('POST', `/v1/mcp/servers/${server.id}/discover`);
  expect((await shown()).quarantined).toEqual([]);
  expect(await counted('changed back')).toEqual(ran);
});

test('[tool:list:names-that-models-see] a tool is listed under the name under which it is offered to models, whatever name its server has', async () => {
  const policy = { effect: 'read', idempotent: false } as const;
  // A name must begin with a letter for Google, and have at most 64 characters for every provider.
  const servers = [await stack.toolServer('3d', policy), await stack.toolServer('long'.repeat(15), policy)];
  const listed: string[] = [];
  for (const server of ['workspace', ...servers.map(({ id }) => id)]) {
    const { data } = await stack.api.call<{ data: { model_name: string }[] }>(
      'GET',
      `/v1/mcp/tools?server_id=${server}`,
    );
    listed.push(...data.map((tool) => tool.model_name));
  }
  expect(listed).toEqual(expect.arrayContaining(['workspace_search', 'mcp_3d_echo']));
  const script = await stack.script({ turns: [[{ text: 'Done.' }]] });
  const run = await stack.api.run(agentId, { message: 'Look.', models: script.models, tools: listed });
  expect((await run.ended()).reason).toBe('completed');
  const [request] = (await script.report()).requests;
  const offered = request?.body as { tools: { function: { name: string } }[] } | undefined; // the OpenAI protocol
  expect(offered?.tools.map((tool) => tool.function.name).sort()).toEqual(listed.sort());
});

test('[tool:call:bundled-and-external] several calls of one answer, of bundled, reading and writing tools, each have their own result', async () => {
  const calls = [
    { name: 'workspace_write', args: { name: 'a.md', content: 'A' } },
    { name: reads.tool('slow'), args: { ms: 50 } },
    { name: writes.tool('count'), args: { note: 'mixed-1' } },
    { name: reads.tool('echo'), args: { text: 'E' } },
    { name: writes.tool('count'), args: { note: 'mixed-2' } },
    { name: 'workspace_read', args: { name: 'a.md' } },
  ];
  const script = await stack.script({ turns: [[{ toolCalls: calls }], [{ text: 'Done.' }]] });
  const run = await stack.api.run(agentId, { message: 'All at once.', models: script.models });
  await run.ended();
  expect(run.ofType('agent.tool_result').map((result) => result.isError)).toEqual(calls.map(() => false));
  const second = (await script.report()).requests[1]?.body as { messages: { role: string; content: string }[] }; // the OpenAI protocol
  const results = second.messages.filter((message) => message.role === 'tool').map((message) => message.content);
  expect(results).toHaveLength(calls.length);
  expect(results[1]).toBe('done');
  expect(results[3]).toBe('E');
  // Behind the last result stands the context of the turn.
  expect(results[5]).toMatch(/^A\n\n<context /);
});

test('[tool:audit:each-step-once] each step of each call can be found with its rule, pin and hash of arguments', async () => {
  const calls = [
    { name: 'workspace_write', args: { name: 'audited.md', content: 'words that the audit must not hold' } },
    { name: writes.tool('count'), args: { note: 'audited' } },
    { name: 'no_such_tool', args: {} },
  ];
  const script = await stack.script({ turns: [[{ toolCalls: calls }], [{ text: 'Done.' }]] });
  const run = await stack.api.run(agentId, { message: 'All of them.', models: script.models });
  await run.ended();
  const [wrote, counted, unknown] = run.ofType('agent.tool_use').map(({ toolUseId }) => toolUseId);
  const entries = async (query = '') => {
    const path = `/v1/mcp/audit?session_id=${run.sessionId}${query}`;
    return (await stack.api.call<{ data: z.infer<typeof auditEntrySchema>[] }>('GET', path)).data.toReversed();
  };
  const whole = await entries();
  expect(whole.map(({ kind, target, verdict, detail }) => [kind, target, verdict ?? detail.outcome])).toEqual([
    ['decision', wrote, 'allow'],
    ['decision', counted, 'allow'],
    ['decision', unknown, 'deny'],
    ...[wrote, counted].flatMap((id) => [
      ['dispatch', id, undefined],
      ['outcome', id, 'succeeded'],
    ]),
  ]);
  const tools = await stack.api.call<{ data: McpToolResource[] }>('GET', `/v1/mcp/tools?server_id=${writes.id}`);
  expect(whole[1]).toMatchObject({
    actor: agentId,
    agent_id: agentId,
    tool: writes.tool('count'),
    detail: {
      call_id: counted,
      turn: 0,
      rule: expect.any(String),
      server_id: writes.id,
      server_tool: 'count',
      pin: tools.data.find(({ name }) => name === 'count')?.hash,
      arguments_sha256: createHash('sha256').update('{"note":"audited"}').digest('hex'),
    },
  });
  // The name of a tool that there is not is the model's word.
  expect(whole[2]).toMatchObject({ tool: null, detail: { reason_code: 'tool.unknown' } });
  expect(JSON.stringify(whole)).not.toMatch(/no_such_tool|words that/);

  const found = async (query: string) => (await entries(query)).map(({ kind, target }) => [kind, target]);
  expect(await found('&kind=outcome&tool=count')).toEqual([['outcome', counted]]);
  expect(await found(`&verdict=deny&agent_id=${agentId}`)).toEqual([['decision', unknown]]);
  expect(await found(`&tool=writes/count&verdict=allow`)).toEqual([['decision', counted]]);
  expect(await found(`&created_before=${whole[0]?.created_at}&tool=${writes.tool('count')}`)).toEqual([]);
  expect(await found(`&created_after=${whole[6]?.created_at}&kind=dispatch`)).toEqual([]);

  expect(await stack.api.call('GET', '/v1/mcp/audit/verify')).toMatchObject({ ok: true, complete: true });
});

test('[I10] a secret in a tool result is redacted before the model or the log sees it', async () => {
  const secret = `ghp_${'zY8xW5vU2'.repeat(4)}`;
  const { run, result } = await resultOf(reads.tool('echo'), { text: `token ${secret}` }, await agentWithSecrets());
  expect(result?.preview).not.toContain(secret);
  const { data } = await stack.api.call<{ data: { role: string; output?: string }[] }>(
    'GET',
    `/v1/sessions/${run.sessionId}/transcript`,
  );
  expect(data.flatMap((entry) => (entry.role === 'tool' ? [entry.output] : []))).toEqual(['token [redacted:github]']);
  expect(run.ofType('br.guardrail_intervention')).toMatchObject([{ stage: 'tool_result', action: 'redact' }]);
});

test('[tool:result:time-limit-and-byte-cap] [tool:server:failure-is-a-readable-result] a call that hangs is given up after its time-out, with a result that the model can read', async () => {
  expect((await hanging.ended(30_000)).reason).toBe('completed');
  expect(hanging.ofType('agent.tool_result')).toMatchObject([
    { isError: true, preview: expect.stringContaining('did not answer in time') },
  ]);
});

test.each([
  { effect: 'read', ms: 60_000, preview: 'cancelled, because the session was interrupted' },
  { effect: 'write', ms: 60_000, preview: 'not known whether writes_slow took effect' },
  { effect: 'write', ms: 500, preview: 'heard nothing' },
])(
  '[connection:cancel:interrupt-reaches-the-tool] [I5] [I6] an interrupt cancels a running call ($effect, $ms ms), and its result says "$preview"',
  async ({ effect, ms, preview }) => {
    const server = effect === 'read' ? reads : writes;
    const note = `${effect}-${ms}`;
    const cancelled = async () => Number((await resultOf(server.tool('cancelled'), {})).result?.preview);
    const before = await cancelled();
    const run = await callOnce(server.tool('slow'), { ms, deaf: note });
    await until('the call to reach the server', () => effectsOf(stack.counterFile, note) === 1);
    await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
    expect((await run.ended()).reason).toBe('interrupted');
    expect(run.ofType('agent.tool_result')).toMatchObject([{ preview: expect.stringContaining(preview) }]);
    expect(await cancelled()).toBe(before + 1);
    expect(effectsOf(stack.counterFile, note)).toBe(1);
  },
);

test('[effect:late:recorded-not-applied] [I5] what a cancelled call answers after the session has ended is noted in the audit, and its result stays', async () => {
  const run = await callOnce(writes.tool('slow'), { ms: 5_000, deaf: 'late' });
  await until('the call to reach the server', () => effectsOf(stack.counterFile, 'late') === 1);
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect((await run.ended()).reason).toBe('interrupted');
  const unknown = [{ isError: true, preview: expect.stringContaining('not known whether writes_slow took effect') }];
  expect(run.ofType('agent.tool_result')).toMatchObject(unknown);
  const entries = async () => {
    const path = `/v1/mcp/audit?session_id=${run.sessionId}&kind=outcome`;
    const { data } = await stack.api.call<{ data: { action: string; detail: object }[] }>('GET', path);
    return data;
  };
  const late = await until('the late answer', async () =>
    (await entries()).find(({ action }) => action === 'tool_call.late_answer'),
  );
  expect(late.detail).toMatchObject({ outcome: 'succeeded', bytes: 'heard nothing'.length, attempt: 1 });
  expect(run.ofType('agent.tool_result')).toMatchObject(unknown);
});
