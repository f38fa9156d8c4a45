import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventTypeSchema, sessionEventSchema } from '../../../contract/events.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { DEAR, LIST } from '../../support/script-parts.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import { openStream } from '../api/fixture.ts';

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const MESSAGE_SECRET = `sk-ant-api03-${'Qx7'.repeat(31)}AA`;

test('[stream:types:all-ten-with-their-data] [budget:warning:once-per-threshold] [guardrail:secret:redacted-before-model-and-log] all ten event types occur in one session, with the payloads of the contract', async () => {
  const client = await stack.newTenant();
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'all-events' });
  const script = await stack.script(
    {
      turns: [
        [{ text: 'I look around.', toolCalls: [LIST], usage: { outputTokens: 4_000 } }],
        [{ text: 'Here is what I saw.', usage: { outputTokens: 100 } }],
      ],
    },
    { client, models: DEAR },
  );
  stack.secrets.add(MESSAGE_SECRET);
  const run = await client.run('all-events', {
    message: `Look around. My key is ${MESSAGE_SECRET}.`,
    models: script.models,
    budget_cap_usd: 1.9,
    on_complete: 'idle',
    idle_timeout_s: 0.2,
  });
  expect(await run.ended()).toMatchObject({ reason: 'idle_timeout', totalTurns: 2, totalCostUsd: 1.64 });

  expect(new Set(run.events.map((event) => event.type))).toEqual(new Set(eventTypeSchema.options));
  for (const { type, data } of run.events) expect(sessionEventSchema.safeParse({ type, data }).error).toBeUndefined();

  const { sessionId } = run;
  expect(run.ofType('session.status_running')).toEqual([
    { sessionId, agentId: 'all-events', maxTurns: 10, budgetCapUsd: 1.9 },
  ]);
  expect(run.ofType('br.model_selected')[0]).toMatchObject({
    model: 'dear',
    provider: script.name,
    strategy: 'thompson',
    turnIndex: 0,
  });
  const [use] = run.ofType('agent.tool_use');
  expect(use).toMatchObject({ toolName: 'workspace_list', args: {}, server: 'workspace', permission: 'allow' });
  expect(run.ofType('agent.tool_result')[0]).toMatchObject({ toolUseId: use?.toolUseId, isError: false, turnIndex: 0 });
  expect(run.ofType('agent.message')[0]).toMatchObject({ text: 'I look around.', turnIndex: 0, costUsd: 1.6 });
  expect(run.ofType('br.budget_warning')).toEqual([
    { spentUsd: 1.6, capUsd: 1.9, remainingUsd: 0.3, scope: 'run', threshold: 80 },
  ]);
  expect(run.ofType('br.routing_savings').map((savings) => savings.costUsd)).toEqual([1.6, 0.04]);
  expect(run.ofType('session.status_idle')).toEqual([{ cause: 'awaiting_input', idleTimeoutMs: 200 }]);
});

test('[guardrail:secret:redacted-before-model-and-log] [I10] a secret in a message is redacted with a warning before the model or the log sees it', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'Noted.' }]] });
  const secret = `ghp_${'aB3dE6gH9'.repeat(4)}`;
  stack.secrets.add(secret);
  const run = await stack.api.run(agentId, { message: `Use ${secret} to log in.`, models: script.models });
  await run.ended();
  expect(run.ofType('br.guardrail_intervention')).toMatchObject([
    { guardrail: 'secrets', stage: 'input', action: 'redact', reasonCode: 'secret_in_message', turnIndex: 0 },
  ]);
  const [request] = (await script.report()).requests;
  expect(JSON.stringify(request?.body)).toContain('to log in.');
  expect(JSON.stringify(request?.body)).not.toContain(secret);
});

test('[guardrail:phrase:answer-withheld] [guardrail:answer:one-more-chance] an answer with a blocked phrase is withheld, its tool calls are not run, and the model may answer once more', async () => {
  const client = await stack.newTenant();
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'guarded' });
  await client.call('PUT', '/v1/guardrails/config', { blocked_phrases: ['Project Nightjar'] });
  const write = { name: 'workspace_write', args: { name: 'leak.md', content: 'x' } };
  const answer = { text: 'All about project  nightjar: …', toolCalls: [write] };
  const script = await stack.script({ turns: [[answer], [answer]] }, { client });
  const run = await client.run('guarded', { message: 'Tell me.', models: script.models });
  expect((await run.ended()).reason).toBe('completed');
  const withheld = { guardrail: 'blocked_phrases', stage: 'output', action: 'block' };
  expect(run.ofType('br.guardrail_intervention')).toMatchObject([withheld, withheld]);
  const message = { text: '[This answer was withheld by a guardrail.]', withheld: true };
  expect(run.ofType('agent.message')).toMatchObject([message, message]);
  expect(run.ofType('agent.tool_use')).toEqual([]);
  const { requests } = await script.report();
  expect(requests).toHaveLength(2);
  expect(JSON.stringify(requests[1]?.body)).toContain('because a guardrail withheld it. The answer held a phrase');
  expect(JSON.stringify(requests[1]?.body)).not.toMatch(/nightjar/i);
});

test('[stream:resume:same-log-from-any-event] the JSON list and a stream that resumes after any event show the same events as the live stream', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ toolCalls: [LIST] }], [{ text: 'Done.' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await run.ended();
  const { data } = await stack.api.call<{ data: { seq: number; type: string; data: object }[] }>(
    'GET',
    `/v1/agents/${agentId}/sessions/${run.sessionId}/events`,
  );
  expect(data.map(({ seq, type, data: payload }) => [seq, type, payload])).toEqual(
    run.events.map((event) => [event.id, event.type, event.data]),
  );
  const service = { baseUrl: stack.baseUrl, apiKey: stack.api.apiKey };
  for (const cursor of [0, ...run.events.map((event) => event.id)]) {
    const headers = { 'last-event-id': String(cursor) };
    const rest = await openStream(service, `/v1/sessions/${run.sessionId}/events`, { headers });
    await rest.closed;
    expect(rest.events.map((event) => [Number(event.id), event.event, JSON.parse(event.data)])).toEqual(
      run.events.slice(cursor).map((event) => [event.id, event.type, event.data]),
    );
  }
});
