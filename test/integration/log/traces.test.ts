import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { askingRun, requireApproval } from '../../support/asking-run.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { writtenLines } from '../../support/log-lines.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import type { ServiceProcess } from '../../support/service-process.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';

let receiver: OtlpReceiver;
let stack: TestStack;
let worker: ServiceProcess;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=for-the-collector',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=tests',
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_METRIC_EXPORT_INTERVAL: '500',
  };
  stack = await startTestStack({ env, withoutWorker: true });
  worker = await stack.startService('worker/main.ts');
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  receiver.behave(undefined);
  await worker.kill();
  await stack.stop();
  await receiver.close();
});

const named = (name: string) => (span: ReceivedSpan) => span.name === name;
const ofSession = (id: string) => (span: ReceivedSpan) => span.attributes['gen_ai.conversation.id'] === id;

test('[otel:trace:one-a-run] a run is one trace over api, worker and tool server, and what woke the session begins the next one', async () => {
  const agentId = await stack.newAgent();
  const tools = await stack.toolServer('traced', { effect: 'read', idempotent: true });
  const calls = [
    { name: 'workspace_list', args: {} },
    { name: tools.tool('traceparent'), args: {} },
    { name: 'no_such_tool', args: {} },
  ];
  const script = await stack.script({
    turns: [[{ status: 429, retryAfter: '0' }, { toolCalls: calls }], [{ text: 'Done.' }], [{ text: 'Again.' }]],
  });
  const caller = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) };
  const started = await stack.api.request(
    'POST',
    `/v1/agents/${agentId}/sessions`,
    { message: 'A private question.', models: script.models, on_complete: 'idle' },
    { traceparent: `00-${caller.traceId}-${caller.spanId}-00` },
  );
  const { id } = started.body as { id: string };
  const watch = stack.api.watch(id);
  const idle = await watch.waitFor(({ type }) => type === 'session.status_idle');
  const [run] = await receiver.spansWhere('the first run', (span) => span.name === `invoke_agent ${agentId}`);
  const [request] = await receiver.spansWhere('the request', named('POST /v1/agents/{agent_id}/sessions'));
  if (run === undefined || request === undefined) throw new Error('Both were waited for.');

  expect(request).toMatchObject({
    ...{ service: 'agent-runs-api', kind: 2, parentId: '', failed: false, links: [caller] },
    attributes: {
      'http.request.method': 'POST',
      'http.response.status_code': 201,
      'agent_runs.request_id': started.headers.get('request-id'),
      'gen_ai.conversation.id': id,
    },
  });
  expect(run).toMatchObject({
    ...{ service: 'agent-runs-worker', traceId: request.traceId, parentId: request.spanId, links: [], failed: false },
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.id': agentId,
      'gen_ai.conversation.id': id,
      'agent_runs.outcome': 'idle',
    },
  });
  const within = await receiver.spansWhere('its parts', ({ parentId }) => parentId === run.spanId, 6);
  expect(within.map(({ name }) => name).sort()).toEqual(
    [
      ...['chat scripted-1', 'chat scripted-1', 'chat scripted-1', 'execute_tool none'],
      ...['execute_tool traced_traceparent', 'execute_tool workspace_list'],
    ].sort(),
  );
  for (const span of within) {
    expect(span).toMatchObject({ service: 'agent-runs-worker', traceId: run.traceId });
    expect(span.startMs).toBeGreaterThanOrEqual(run.startMs);
    expect(span.endMs).toBeGreaterThanOrEqual(span.startMs);
    expect(span.endMs).toBeLessThanOrEqual(run.endMs + 1);
  }
  const attempts = within.filter(({ name }) => name.startsWith('chat')).sort((a, b) => a.startMs - b.startMs);
  expect(attempts.map(({ failed }) => failed)).toEqual([true, false, false]);
  expect(attempts[0]?.attributes).toMatchObject({ 'error.type': 'model.rate_limited', 'agent_runs.turn': 0 });
  expect(attempts[2]?.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': script.name,
    'gen_ai.request.model': 'scripted-1',
    'gen_ai.usage.input_tokens': expect.any(Number),
    'gen_ai.usage.output_tokens': expect.any(Number),
    'agent_runs.turn': 1,
  });
  const costUsd = attempts.reduce((sum, { attributes }) => sum + Number(attributes['agent_runs.cost_usd']), 0);
  expect(costUsd).toBeCloseTo(Number((await stack.api.session(id)).cost_usd), 9);
  // The server was told the very span that is sent of its call.
  const traced = within.find(({ name }) => name === 'execute_tool traced_traceparent');
  const told = watch.ofType('agent.tool_result').find(({ toolName }) => toolName === tools.tool('traceparent'));
  expect(told?.preview).toBe(`00-${run.traceId}-${traced?.spanId}-01`);
  expect(traced?.attributes).toMatchObject({
    'gen_ai.tool.call.id': told?.toolUseId,
    'agent_runs.outcome': 'succeeded',
  });

  // No content, and the headers and the resource that the variables give.
  expect(JSON.stringify(receiver.spans)).not.toMatch(/private question|Done\.|no_such_tool/);
  expect(receiver.requests[0]?.headers).toMatchObject({ 'x-collector-key': 'for-the-collector' });

  await stack.api.steer(agentId, id, { type: 'user.message', text: 'Once more.' });
  await watch.waitFor(({ type, id: seq }) => type === 'session.status_idle' && seq > idle.id);
  const [, second] = await receiver.spansWhere('the second run', named(`invoke_agent ${agentId}`), 2);
  const [steered] = await receiver.spansWhere(
    'the message',
    named('POST /v1/agents/{agent_id}/sessions/{session_id}/events'),
  );
  expect(second).toMatchObject({
    ...{ traceId: steered?.traceId, parentId: steered?.spanId, links: [{ traceId: run.traceId, spanId: run.spanId }] },
    attributes: { 'agent_runs.run': 1, 'agent_runs.outcome': 'idle' },
  });
  expect(second?.traceId).not.toBe(run.traceId);

  // An api ends a session too. Nothing ran, so nothing has a span but the request.
  await stack.api.call('POST', `/v1/sessions/${id}/terminate`);
  await receiver.spansWhere('the end', named('POST /v1/sessions/{session_id}/terminate'));
  expect(receiver.spans.filter(named(`invoke_agent ${agentId}`))).toHaveLength(2);
});

test('[otel:metrics:as-prometheus] a collector is sent the figures that Prometheus reads, under the same names', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'Counted.' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await run.ended(60_000);
  const isTurn = ({ name, attributes }: (typeof receiver.points)[number]) =>
    name === 'agent_runs_turn_duration_seconds' && attributes.agent === agentId;
  await until('the figures', () => receiver.points.some(isTurn));
  const turn = receiver.points.filter(isTurn).at(-1);
  expect(turn).toMatchObject({
    ...{ service: 'agent-runs-worker', kind: 'histogram', value: 1 },
    attributes: { agent: agentId, outcome: 'completed' },
  });
  expect(turn?.buckets.reduce((sum, count) => sum + count, 0)).toBe(1);
  const text = await stack.api.request('GET', '/metrics');
  expect(text.status).toBe(200);
  const names = (service: string) =>
    new Set(receiver.points.filter((point) => point.service === service).map(({ name }) => name));
  await until('the figures of the api', () => names('agent-runs-api').has('agent_runs_sessions'));
  expect(names('agent-runs-api')).toContain('agent_runs_http_request_duration_seconds');
  expect(names('agent-runs-worker')).toContain('agent_runs_reservations_open');
  expect(JSON.stringify(receiver.points)).not.toContain('sess_');
});

test('[otel:trace:same-ids-after-a-kill] a tool call that is made again after a worker was killed has one span, and its server is told the same one', async () => {
  const agentId = await stack.newAgent();
  const tools = await stack.toolServer('repeated', { effect: 'read', idempotent: true });
  const script = await stack.script({
    turns: [[{ toolCalls: [{ name: tools.tool('traceparent'), args: {} }] }], [{ text: 'Done.' }]],
  });
  stack.killWorkerAt('tool_answered.after');
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await worker.exited;
  worker = await stack.startService('worker/main.ts');
  await run.ended(60_000);
  const [whole] = await receiver.spansWhere('the run', named(`invoke_agent ${agentId}`));
  await receiver.spansWhere('its parts', ({ parentId }) => parentId === whole?.spanId, 3);
  const calls = receiver.spans.filter(named('execute_tool repeated_traceparent'));
  expect(calls).toHaveLength(1);
  const [told] = run.ofType('agent.tool_result');
  expect(told?.preview).toBe(`00-${whole?.traceId}-${calls[0]?.spanId}-01`);
});

test('[otel:trace:one-a-run] a session that failed and is retried has two traces, and each request is in one of them', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ status: 400 }, { text: 'Done.' }]] });
  const body = { message: 'Go.', models: script.models };
  const id = await stack.api.createSession(agentId, body);
  expect((await stack.api.watch(id).ended()).reason).toBe('error');
  const [failed] = await receiver.spansWhere('the failed run', named(`invoke_agent ${agentId}`));
  expect(failed).toMatchObject({ failed: true, attributes: { 'agent_runs.outcome': 'error', 'error.type': 'error' } });
  const retried = await stack.api.request('POST', `/v1/sessions/${id}/retry`, {});
  expect(retried.status).toBe(200);
  const [, again] = await receiver.spansWhere('the retried run', named(`invoke_agent ${agentId}`), 2);
  const starter = await receiver.spansWhere(
    'the request that retried it',
    ({ attributes }) => attributes['agent_runs.request_id'] === retried.headers.get('request-id'),
  );
  expect(again).toMatchObject({ parentId: '', failed: false, attributes: { 'agent_runs.outcome': 'completed' } });
  expect(again?.links).toEqual([starter[0], failed].map((span) => ({ traceId: span?.traceId, spanId: span?.spanId })));
  const attempts = await receiver.spansWhere(
    'the attempts',
    (span) => ofSession(id)(span) && span.name.startsWith('chat'),
    2,
  );
  expect(attempts.map(({ traceId }) => traceId)).toEqual([failed?.traceId, again?.traceId]);
  expect(new Set(attempts.map(({ spanId }) => spanId)).size).toBe(2);
});

test('[otel:trace:one-a-run] a call that waits for a person says so, and a session that somebody terminates has the spans of what it had begun', async () => {
  const agentId = await stack.newAgent();
  const tools = await stack.toolServer('waits', { effect: 'write', idempotent: false });
  await requireApproval(stack, tools);
  const calls = [
    { name: tools.tool('count'), args: { note: 'approved' } },
    { name: tools.tool('echo'), args: { text: 'never asked for' } },
  ];
  const { run, asked, confirm } = await askingRun(stack, agentId, calls);
  const [first] = await asked();
  await confirm(first?.toolUseId ?? '', { result: 'allow' });
  await until('the first call', () => run.ofType('agent.tool_result').length === 1);
  await stack.api.call('POST', `/v1/sessions/${run.sessionId}/terminate`);
  const [whole] = await receiver.spansWhere('the run', named(`invoke_agent ${agentId}`));
  // The API ended the session, so it is the API that tells of what was left of it.
  expect(whole).toMatchObject({ service: 'agent-runs-api', attributes: { 'agent_runs.outcome': 'terminated' } });
  const parts = await receiver.spansWhere('its parts', ({ parentId }) => parentId === whole?.spanId, 3);
  const [called] = parts.filter(named(`execute_tool ${tools.tool('count')}`));
  expect(called?.events.map(({ name }) => name)).toEqual(['agent_runs.approval.asked', 'agent_runs.approval.answered']);
  expect(parts.filter(named('chat scripted-1'))).toHaveLength(1);
  expect(parts.filter(named(`execute_tool ${tools.tool('echo')}`))).toMatchObject([
    { failed: false, attributes: { 'agent_runs.outcome': 'not_made' } },
  ]);
});

test('[otel:content:only-when-asked] content is sent when it is asked for, as the guardrails have left it', async () => {
  await worker.kill();
  worker = await stack.startService('worker/main.ts', { AGENT_RUNS_OTEL_CONTENT: '1' });
  const agentId = await stack.newAgent();
  const tools = await stack.toolServer('shown', { effect: 'read', idempotent: true });
  const secret = `sk-ant-api03-${'Q7x'.repeat(31)}-AA`;
  const script = await stack.script({
    turns: [
      [{ toolCalls: [{ name: tools.tool('echo'), args: { text: `The key is ${secret}.` } }] }],
      [{ text: `The answer with ${secret}.` }],
    ],
  });
  const run = await stack.api.run(agentId, { message: `A question with ${secret}.`, models: script.models });
  await run.ended(60_000);
  const [whole] = await receiver.spansWhere('the run', named(`invoke_agent ${agentId}`));
  const spans = await receiver.spansWhere('its parts', ({ parentId }) => parentId === whole?.spanId, 3);
  const of = (name: string) => spans.map(({ attributes }) => attributes[name]).filter((value) => value !== undefined);
  expect(of('gen_ai.input.messages').join()).toMatch(/A question with .*redacted:/);
  expect(of('gen_ai.output.messages').join()).toMatch(/The answer with .*redacted:/);
  expect(of('gen_ai.tool.call.arguments').join()).toMatch(/The key is .*redacted:/);
  expect(of('gen_ai.tool.call.result')).toHaveLength(1);
  expect(JSON.stringify(spans)).not.toContain(secret);
});

test('[otel:collector:never-in-the-way] sessions and the end of a worker do not wait for a collector that hangs, refuses or answers nonsense', async () => {
  const agentId = await stack.newAgent();
  const runOnce = async () => {
    const script = await stack.script({ turns: [[{ text: 'Done.' }]] });
    const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
    expect((await run.ended(10_000)).reason).toBe('completed');
  };
  const behaviours: Parameters<OtlpReceiver['behave']>[0][] = [
    (response) => response.writeHead(401).end('secret-of-the-collector'),
    (response) => response.writeHead(200).end(Buffer.alloc(5_000_000, 1)),
    (response) => response.socket?.destroy(),
    (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    () => undefined,
  ];
  for (const behaviour of behaviours) {
    const before = receiver.requests.length;
    receiver.behave(behaviour);
    await runOnce();
    await until('a request to the collector', () => receiver.requests.length > before);
  }
  // The last behaviour hangs.
  const sinceMs = performance.now();
  await worker.kill('SIGTERM');
  expect(performance.now() - sinceMs).toBeLessThan(10_000);
  receiver.behave(undefined);
  worker = await stack.startService('worker/main.ts');
  await runOnce();
  const losses = writtenLines(stack.home).filter((line) => /OpenTelemetry .* are lost/.test(String(line.msg)));
  expect(losses.length).toBeGreaterThan(0);
  expect(losses.length).toBeLessThan(12);
  expect(JSON.stringify(losses)).not.toContain('secret-of-the-collector');
});
