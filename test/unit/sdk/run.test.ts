import { AbortedError, NotFoundError, type RunEvent, RunFailedError } from 'brainstormrouter';
import { afterEach, expect, test } from 'vitest';
import * as api from './scripted-api.ts';
import { ended, message, running, type ScriptedApi, savings, startScriptedApi, stream, waits } from './scripted-api.ts';

let server: ScriptedApi | undefined;
afterEach(() => server?.close());

const question = { message: 'How are you?' };
const WHOLE = [running(1), message(2, 'Fine.'), savings(3, 0.125), ended(4)];

async function serve(...answers: api.Answer[]): Promise<ScriptedApi> {
  server = await startScriptedApi(...answers);
  return server;
}

async function idsOf(events: AsyncIterable<RunEvent>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of events) ids.push(id);
  return ids;
}

test('[sdk:run:promise-and-events] a run is awaited for its result', async () => {
  const { client, sent } = await serve(stream(WHOLE));
  const result = await client.agentRuns.run('a-1', { ...question, max_turns: 3 });
  expect(result).toEqual({
    sessionId: 'sess_1',
    reason: 'completed',
    text: 'Fine.',
    messages: [expect.objectContaining({ text: 'Fine.', turnIndex: 0 })],
    totalTurns: 1,
    totalCostUsd: 0.5,
    usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 1 },
    durationMs: 42,
    savingsUsd: 0.125,
  });
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({
    method: 'POST',
    path: '/v1/agents/a-1/run',
    body: { message: 'How are you?', max_turns: 3 },
    headers: { accept: 'text/event-stream', authorization: 'Bearer brk_test' },
  });
  expect(sent[0]?.headers['idempotency-key']).toMatch(/^[\w-]{20,}$/);
});

test('[sdk:run:promise-and-events] a run is iterated for its events, by any number of readers, and also awaited', async () => {
  const { client, sent } = await serve(stream(WHOLE));
  const run = client.agentRuns.run('a-1', question);
  const [one, other, result] = await Promise.all([idsOf(run), idsOf(run), run]);
  expect([one, other]).toEqual([
    ['1', '2', '3', '4'],
    ['1', '2', '3', '4'],
  ]);
  expect(result.text).toBe('Fine.');
  expect(await idsOf(run)).toEqual(one);
  expect([run.sessionId, run.lastEventId, sent.length]).toEqual(['sess_1', '4', 1]);
});

test('[sdk:run:starts-once] a run starts at once although nobody waits for it, and a failure of it is nobody’s unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  try {
    const { client, received } = await serve(api.refuse(404, 'agent_not_found'), stream(WHOLE));
    const failing = client.agentRuns.run('nobody', question);
    await received(1);
    expect(await failing.settled()).toEqual({ status: 'rejected', reason: expect.any(NotFoundError) });
    client.agentRuns.run('a-1', question);
    await received(2);
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});

test('[sdk:stream:each-event-once] a stream that breaks is opened again behind the last event, and what comes twice is shown once', async () => {
  const { client, sent } = await serve(
    stream([running(1), message(2, 'Fine.'), 'id: 3\nevent: br.routing_sa'], ({ cut }) => cut()),
    stream([message(2, 'Fine.'), savings(3, 1)]),
    api.refuse(503, 'database_unavailable'),
    stream([savings(3, 1), ended(4)]),
  );
  expect(await idsOf(client.agentRuns.run('a-1', question))).toEqual(['1', '2', '3', '4']);
  expect(sent.map(({ method, path, headers }) => [method, path, headers['last-event-id']])).toEqual([
    ['POST', '/v1/agents/a-1/run', undefined],
    ['GET', '/v1/sessions/sess_1/events', '2'],
    ['GET', '/v1/sessions/sess_1/events', '3'],
    ['GET', '/v1/sessions/sess_1/events', '3'],
  ]);
});

test('[sdk:stream:gives-up-with-an-error] a stream that stays away is an error that says where to go on', async () => {
  const { client } = await serve(
    stream([running(1)], ({ cut }) => cut()),
    api.refuse(503, 'database_unavailable'),
    api.refuse(503, 'database_unavailable'),
  );
  const run = client.agentRuns.run('a-1', question, { maxReconnects: 2 });
  const lost = { kind: 'connection', sessionId: 'sess_1', lastEventId: '1' };
  await expect(idsOf(run)).rejects.toMatchObject(lost);
  await expect(run).rejects.toMatchObject(lost);
});

test('[sdk:stream:gives-up-with-an-error] a key that is revoked in mid-run is an error at once', async () => {
  const { client, sent } = await serve(stream([running(1)]), json404(), api.refuse(401, 'invalid_api_key'));
  await expect(client.agentRuns.run('a-1', question)).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
  expect(sent).toHaveLength(2);
});

function json404(): api.Answer {
  return api.refuse(401, 'invalid_api_key');
}

test('[sdk:stream:silence-is-a-lost-stream] a connection on which nothing arrives any more is given up', async () => {
  const { client } = await serve(
    stream([running(1)], () => undefined),
    stream([message(2, 'Fine.'), ended(3)]),
  );
  expect(await idsOf(client.agentRuns.run('a-1', question, { silenceMs: 30 }))).toEqual(['1', '2', '3']);
});

test('[sdk:stream:silence-is-a-lost-stream] behind a proxy that holds streams back, events are read from the list', async () => {
  const mute: api.Answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-session-id': 'sess_1' }).flushHeaders();
  };
  const end = { reason: 'completed', totalTurns: 1, totalCostUsd: 0.5, durationMs: 42 };
  const { client, sent } = await serve(
    mute,
    mute,
    api.json({ data: [listed(1, 'agent.message', { text: 'Fine.', turnIndex: 0 })], next_cursor: null }),
    api.json({ data: [], next_cursor: null }),
    mute,
    api.json({ data: [listed(2, 'session.status_ended', end)], next_cursor: null }),
  );
  const run = client.agentRuns.run('a-1', question, { silenceMs: 30, maxReconnects: 2 });
  expect(await idsOf(run)).toEqual(['1', '2']);
  expect(await run).toMatchObject({ text: 'Fine.', reason: 'completed' });
  expect(sent.slice(2).map(({ headers, query }) => [headers.accept, query.get('after')])).toEqual([
    ['application/json', null],
    ['application/json', '1'],
    ['text/event-stream', null],
    ['application/json', '1'],
  ]);
});

const listed = (seq: number, type: string, data: object) => ({ seq, type, data, created_at: '2026-01-01T00:00:00Z' });

test('[sdk:run:bad-end-in-reason] a bad end is a reason, and an error only where that is asked for', async () => {
  const failed = stream([running(1), ended(2, 'error', { error: { code: 'no_provider', message: 'Connect one.' } })]);
  const { client } = await serve(failed, failed);
  expect(await client.agentRuns.run('a-1', question)).toMatchObject({
    reason: 'error',
    error: { code: 'no_provider' },
  });
  const error = await client.agentRuns.run('a-1', question, { throwOnFailure: true }).catch((cause) => cause);
  expect(error).toBeInstanceOf(RunFailedError);
  expect(error).toMatchObject({ reason: 'error', code: 'no_provider', sessionId: 'sess_1', result: { totalTurns: 1 } });
});

test('[sdk:run:conversation] a conversation gives a result for each message', async () => {
  const { client, sent } = await serve(
    stream([running(1), message(2, 'Hello.'), waits(3)], () => undefined),
    api.json({ id: 'evt_1', inbox_seq: 1, status: 'queued' }, 202),
    stream([running(4), message(5, 'A joke.', 1), waits(6)], () => undefined),
    api.json({ id: 'evt_2', inbox_seq: 2, status: 'queued' }, 202),
    stream([running(7), message(8, 'Bye.', 2), ended(9)]),
  );
  const run = client.agentRuns.run('a-1', { ...question, on_complete: 'idle' });
  expect(await run).toMatchObject({ reason: 'idle', text: 'Hello.', totalTurns: 1, totalCostUsd: 0.25 });
  const [joke, bye] = await Promise.all([run.send('A joke, please.'), run.send('Bye.')]);
  expect(joke).toMatchObject({ reason: 'idle', text: 'A joke.', totalTurns: 2, totalCostUsd: 0.5 });
  expect(joke.messages).toHaveLength(1);
  expect(bye).toMatchObject({ reason: 'completed', text: 'Bye.', totalCostUsd: 0.5 });
  expect(sent.flatMap(({ method, body }) => (method === 'POST' ? [body] : [])).slice(1)).toEqual([
    { type: 'user.message', text: 'A joke, please.' },
    { type: 'user.message', text: 'Bye.' },
  ]);
});

test('[sdk:run:steering] a run is steered, interrupted, and its tool calls are approved and denied', async () => {
  const receipt = api.json({ id: 'evt_1', inbox_seq: 1, status: 'queued' }, 202);
  const { client, sent } = await serve(receipt, receipt, receipt, receipt, receipt);
  const run = client.agentRuns.attach('sess_1');
  await run.steer('Shorter.', { expectedTurn: 2 });
  await run.approve('call_1');
  await run.approve('call_2', { scope: 'session' });
  await run.deny('call_3', { message: 'No.' });
  expect(await run.interrupt()).toEqual({ id: 'evt_1', inbox_seq: 1, status: 'queued' });
  expect(new Set(sent.map(({ method, path }) => `${method} ${path}`))).toEqual(
    new Set(['POST /v1/sessions/sess_1/events']),
  );
  expect(sent.map(({ body }) => body)).toEqual([
    { type: 'user.message', text: 'Shorter.', expected_turn: 2 },
    { type: 'user.tool_confirmation', tool_use_id: 'call_1', result: 'allow' },
    { type: 'user.tool_confirmation', tool_use_id: 'call_2', result: 'allow', scope: 'session' },
    { type: 'user.tool_confirmation', tool_use_id: 'call_3', result: 'deny', deny_message: 'No.' },
    { type: 'user.interrupt' },
  ]);
});

test('[sdk:run:abort-interrupts-what-you-started] an abort ends every wait and interrupts the run', async () => {
  const { client, sent, received } = await serve(
    stream([running(1)], () => undefined),
    api.json({ id: 'evt_1', inbox_seq: 1, status: 'queued' }, 202),
  );
  const controller = new AbortController();
  const run = client.agentRuns.run('a-1', question, { signal: controller.signal });
  const events = run[Symbol.asyncIterator]();
  expect(await events.next()).toMatchObject({ value: { id: '1' } });
  const [next, result] = [events.next(), run.result()];
  controller.abort(new Error('enough'));
  for (const each of [next, result]) {
    const error = await each.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(AbortedError);
    expect(error).toMatchObject({ sessionId: 'sess_1', lastEventId: '1', cause: { message: 'enough' } });
  }
  await received(2);
  expect(sent[1]).toMatchObject({ path: '/v1/sessions/sess_1/events', body: { type: 'user.interrupt' } });
});

test('[sdk:run:abort-interrupts-what-you-started] an abort only detaches from a run that you attached to', async () => {
  const { client, sent } = await serve(stream([running(1)], () => undefined));
  const controller = new AbortController();
  const run = client.agentRuns.attach('sess_1', { signal: controller.signal, after: '0' });
  for await (const _ of run) break;
  controller.abort();
  await expect(run).rejects.toBeInstanceOf(AbortedError);
  await new Promise(setImmediate);
  expect(sent.map(({ method }) => method)).toEqual(['GET']);
});

test('[sdk:run:abort-interrupts-what-you-started] a run that is aborted before its start is never started', async () => {
  const { client, sent } = await serve();
  await expect(client.agentRuns.run('a-1', question, { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
  const controller = new AbortController();
  const run = client.agentRuns.run('a-1', question, { signal: controller.signal });
  controller.abort();
  await expect(run).rejects.toThrow(AbortedError);
  await new Promise(setImmediate);
  expect(sent).toEqual([]);
});

test('[sdk:run:abort-interrupts-what-you-started] a run that is aborted while it starts is interrupted when it has started', async () => {
  const { client, sent, received } = await serve(
    (response, request) => {
      controller.abort();
      return stream([running(1)], () => undefined)(response, request);
    },
    api.json({ id: 'evt_1', inbox_seq: 1, status: 'queued' }, 202),
  );
  const controller = new AbortController();
  await expect(client.agentRuns.run('a-1', question, { signal: controller.signal })).rejects.toThrow(AbortedError);
  await received(2);
  expect(sent[1]?.body).toEqual({ type: 'user.interrupt' });
});

test('[sdk:run:detach-and-attach] a run is left and followed from another process', async () => {
  const { client, sent } = await serve(
    api.json({ id: 'sess_1' }, 201, { 'x-session-id': 'sess_1' }),
    stream([running(1), message(2, 'Fine.')], () => undefined),
    stream([savings(3, 1), ended(4)]),
  );
  // A handle is no promise, so an async function may return it.
  const handle = await (async () => client.agentRuns.start('a-1', question))();
  expect(handle.sessionId).toBe('sess_1');
  for await (const { id } of handle) if (id === '2') break;
  const { sessionId, after } = await handle.detach();
  await expect(handle.result()).rejects.toThrow(AbortedError);
  expect(await idsOf(client.agentRuns.attach(sessionId, { after }))).toEqual(['3', '4']);
  expect(sent.map(({ path, headers }) => [path, headers['last-event-id']])).toEqual([
    ['/v1/agents/a-1/sessions', undefined],
    ['/v1/sessions/sess_1/events', undefined],
    ['/v1/sessions/sess_1/events', '2'],
  ]);
});

test('[sdk:run:detach-and-attach] the end of a session is known to a client that has its last event', async () => {
  const session = {
    id: 'sess_1',
    status: 'ended',
    end_reason: 'max_turns',
    last_seq: 7,
    turns: 3,
    cost_usd: 0.75,
    created_at: '2026-01-01T00:00:00Z',
    ended_at: '2026-01-01T00:00:02Z',
  };
  const { client } = await serve(stream([]), api.json(session));
  const result = await client.agentRuns.attach('sess_1', { after: '7' });
  expect(result).toMatchObject({ reason: 'max_turns', totalTurns: 3, totalCostUsd: 0.75, durationMs: 2000, text: '' });
});

test('[sdk:run:conversation] a conversation that is attached to gives the result of its latest exchange', async () => {
  const log = [running(1), message(2, 'Old.'), waits(3), running(4), message(5, 'New.', 1), waits(6)];
  const { client } = await serve(
    stream(log, () => undefined),
    api.json({ id: 'sess_1', status: 'idle', last_seq: 6 }),
  );
  expect(await client.agentRuns.attach('sess_1')).toMatchObject({ text: 'New.', reason: 'idle' });
});
