import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ScriptInput } from '../../../simulated/scripts/script-schema.ts';
import { type DeltaStream, openDeltaStream } from '../../support/delta-stream.ts';
import { checkInvariants } from '../../support/invariants.ts';
import type { ServiceProcess } from '../../support/service-process.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { openStream } from '../api/fixture.ts';

let stack: TestStack;
let agentId: string;
let secondApi: ServiceProcess | undefined;

beforeAll(async () => {
  stack = await startTestStack();
  [agentId, secondApi] = await Promise.all([stack.newAgent(), stack.startService('api/main.ts')]);
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await secondApi?.kill();
  await stack.stop();
});

const first = () => ({ baseUrl: stack.baseUrl, apiKey: stack.api.apiKey });
const second = () => ({ baseUrl: `http://127.0.0.1:${secondApi?.port}`, apiKey: stack.api.apiKey });
const eventsOf = (sessionId: string) => `/v1/sessions/${sessionId}/events`;

const TEXT = Array.from({ length: 40 }, (_, i) => `Kite ${i} 🪁 flies. `).join('');
const SLOWLY = { text: TEXT, chunks: 40, delayBetweenChunksMs: 15 } as const;

/** Starts a run whose stream carries deltas. */
async function follow(script: ScriptInput, client = stack.api): Promise<DeltaStream> {
  const { models } = await stack.script(script, { client });
  const path = `/v1/agents/${agentId}/run`;
  const body = { message: 'What do kites need?', models };
  return openDeltaStream({ baseUrl: stack.baseUrl, apiKey: client.apiKey }, path, { method: 'POST', body });
}

/** Starts a run that nobody follows, and waits until its model is in the middle of its answer. */
async function halfWay(): Promise<{ sessionId: string; release: () => Promise<void> }> {
  const script = await stack.script({ turns: [[{ text: TEXT, chunks: 40, holdUntil: 'go', holdAt: 'mid_stream' }]] });
  const sessionId = await stack.api.createSession(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(1);
  return { sessionId, release: () => script.release('go') };
}

function rows<Row extends object>(name: string, text: string, values: readonly unknown[] = []): Promise<Row[]> {
  return stack.db.serviceTransaction((tx) => tx.query<Row>(name, text, values));
}

test('[delta:log:no-seq-and-only-on-request] [delta:storage:gone-with-its-answer] no deltas are sent or written when nobody asks for them', async () => {
  const { models } = await stack.script({ turns: [[SLOWLY]] });
  const body = { message: 'What do kites need?', models };
  const stream = await openStream(first(), `/v1/agents/${agentId}/run`, { method: 'POST', body });
  await stream.closed;
  expect(stream.events.map((event) => event.id)).toEqual(stream.events.map((_, i) => String(i + 1)));
  expect(stream.events.filter((event) => event.event === 'agent.message_delta')).toEqual([]);
  // A table that was never written to has no pages.
  expect(await rows('delta-pages', `SELECT pg_relation_size('text_delta')::int AS bytes`)).toEqual([{ bytes: 0 }]);
  const sessionId = stream.response.headers.get('x-session-id');
  const asked = 'SELECT deltas_wanted_until AS until FROM session WHERE id = $1';
  expect(await rows('deltas-asked', asked, [sessionId])).toEqual([{ until: null }]);
});

test('[delta:text:pieces-are-the-message] [delta:log:no-seq-and-only-on-request] the deltas of an answer come before its message, and together they are its text', async () => {
  const stream = await follow({ turns: [[SLOWLY]] });
  await stream.closed;
  expect(stream.messages()).toEqual([TEXT]);
  expect(stream.shown(0)).toBe(TEXT);
  expect(stream.deltas().length).toBeGreaterThan(2);
  const types = stream.events.map((event) => event.event);
  expect(types.lastIndexOf('agent.message_delta')).toBe(types.indexOf('agent.message') - 1);
  const durable = stream.events.filter((event) => event.event !== 'agent.message_delta');
  expect(durable.map((event) => event.id)).toEqual(durable.map((_, i) => String(i + 1)));
  const selected = durable.find((event) => event.event === 'br.model_selected');
  for (const delta of stream.deltas()) {
    expect(delta).toMatchObject({ turnIndex: 0, attempt: 1, model: 'scripted-1' });
    expect(delta.id).toBe(`${selected?.id}.1.${delta.offset + delta.text.length}`);
  }
});

test('[delta:resume:mid-answer-at-any-api] a client that comes in mid-answer gets it from its beginning, and can go on at another api where its connection broke', async () => {
  const { sessionId, release } = await halfWay();
  const early = await openDeltaStream(second(), eventsOf(sessionId));
  const half = await early.untilShown(0, (text) => TEXT.startsWith(text));
  expect(half.length).toBeLessThan(TEXT.length);
  early.leave();
  const lastId = early.events.at(-1)?.id ?? '';
  expect(lastId).toMatch(/^\d+\.1\.\d+$/);

  const late = await openDeltaStream(first(), eventsOf(sessionId), { headers: { 'last-event-id': lastId } });
  const whole = await openDeltaStream(second(), eventsOf(sessionId));
  await whole.untilShown(0, (text) => text.startsWith(half));
  await release();
  await Promise.all([late.closed, whole.closed]);
  expect(half + late.shown(0)).toBe(TEXT);
  expect(late.deltas()[0]?.offset).toBe(half.length);
  expect(whole.shown(0)).toBe(TEXT);
  expect(late.messages()).toEqual([TEXT]);

  const after = await openDeltaStream(second(), eventsOf(sessionId), { headers: { 'last-event-id': lastId } });
  await after.closed;
  expect(after.deltas()).toEqual([]);
  expect(after.messages()).toEqual([TEXT]);
});

test('[delta:resume:mid-answer-at-any-api] a cursor that is not the id of a frame is refused, and so is an unknown include', async () => {
  const { id } = await stack.api.call<{ id: string }>('POST', `/v1/agents/${agentId}/sessions`, { message: 'Hi.' });
  stack.records.sessions.add(id);
  const stream = { accept: 'text/event-stream' };
  const refused = await Promise.all([
    stack.api.request('GET', eventsOf(id), undefined, { ...stream, 'last-event-id': '1.2' }),
    stack.api.request('GET', `${eventsOf(id)}?after=1.2.x&include=agent.message_delta`, undefined, stream),
    stack.api.request('GET', `${eventsOf(id)}?after=900.1.1`, undefined, stream),
    stack.api.request('GET', `${eventsOf(id)}?include=agent.thoughts`, undefined, stream),
    stack.api.request('POST', `/v1/agents/${agentId}/run?include=agent.thoughts`, { message: 'Hi.' }),
  ]);
  expect(refused.map(({ status, body }) => [status, (body as { error: { code: string } }).error.code])).toEqual([
    [400, 'invalid_cursor'],
    [400, 'invalid_cursor'],
    [400, 'invalid_cursor'],
    [400, 'invalid_request'],
    [400, 'invalid_request'],
  ]);
});

test('[delta:attempt:later-one-announces-itself] an attempt that breaks off is followed by one that announces itself', async () => {
  const stream = await follow({
    turns: [[{ text: `Wrong: ${TEXT}`, chunks: 40, delayBetweenChunksMs: 15, reset: 'mid_stream' }, SLOWLY]],
  });
  await stream.closed;
  const [broken, ...others] = attemptsOf(stream);
  expect(broken?.[0]).toMatchObject({ attempt: 1, offset: 0 });
  expect(others).toHaveLength(1);
  expect(others[0]?.[0]).toMatchObject({ attempt: 2, offset: 0, restart: true });
  expect(others[0]?.filter((delta) => delta.restart)).toHaveLength(1);
  expect(stream.shown(0)).toBe(TEXT);
  expect(stream.messages()).toEqual([TEXT]);
});

test('[delta:text:pieces-are-the-message] the message of an interrupted answer is the text that its deltas showed', async () => {
  const { sessionId } = await halfWay();
  const stream = await openDeltaStream(first(), eventsOf(sessionId));
  await stream.untilShown(0, (text) => TEXT.startsWith(text));
  await stack.api.steer(agentId, sessionId, { type: 'user.interrupt' });
  await stream.closed;
  expect(stream.messages()).toEqual([stream.shown(0)]);
});

test('[delta:guardrail:blocked-text-never-shown] text that a blocked phrase withholds is not shown before', async () => {
  const client = await stack.newTenant();
  await client.call('PUT', '/v1/guardrails/config', { blocked_phrases: ['purple kite'] });
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: agentId });
  const before = 'The sky is wide and blue. '.repeat(12);
  const text = `${before}pur\u200bPLE \n KITE! ${TEXT}`;
  // The phrase must not have come before the first look, also on a busy machine.
  const slower = { ...SLOWLY, text, delayBetweenChunksMs: 60 };
  const stream = await follow({ turns: [[slower], [{ text: 'Other words.' }]] }, client);
  await stream.closed;
  expect(before.startsWith(stream.shown(0))).toBe(true);
  expect(stream.shown(0)).not.toBe('');
  expect(stream.messages()).toEqual(['[This answer was withheld by a guardrail.]', 'Other words.']);
});

test('[delta:attempt:later-one-announces-itself] [delta:storage:gone-with-its-answer] when the worker is killed in mid-answer, the next attempt announces itself', async () => {
  const script = await stack.script({
    turns: [[{ text: `Lost: ${TEXT}`, chunks: 40, holdUntil: 'never', holdAt: 'mid_stream' }, { ...SLOWLY }]],
  });
  const path = `/v1/agents/${agentId}/run`;
  const body = { message: 'Go.', models: script.models };
  const stream = await openDeltaStream(first(), path, { method: 'POST', body });
  await stream.untilShown(0, (text) => text.startsWith('Lost: '));
  await stack.processes.kill('worker', 'SIGKILL');
  await stream.closed;
  const attempts = attemptsOf(stream);
  expect(attempts.map((deltas) => deltas[0]?.attempt)).toEqual([1, 2]);
  expect(attempts[1]?.[0]).toMatchObject({ offset: 0, restart: true });
  expect(stream.shown(0)).toBe(TEXT);
  expect(stream.messages()).toEqual([TEXT]);
});

/** Deltas by attempt, in the order in which they came. An attempt that came back would be listed twice. */
function attemptsOf(stream: DeltaStream) {
  const runs: ReturnType<DeltaStream['deltas']>[] = [];
  for (const delta of stream.deltas()) {
    const last = runs.at(-1);
    if (last?.[0]?.attempt === delta.attempt) last.push(delta);
    else runs.push([delta]);
  }
  return runs;
}
