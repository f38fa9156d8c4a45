import { once } from 'node:events';
import { AbortedError } from 'brainstormrouter';
import { afterEach, expect, test } from 'vitest';
import { type Answer, ended, message, running, type ScriptedApi, startScriptedApi, stream } from './scripted-api.ts';

let server: ScriptedApi | undefined;
afterEach(() => server?.close());

async function serve(...answers: Answer[]): Promise<ScriptedApi> {
  server = await startScriptedApi(...answers);
  return server;
}

const question = { message: 'Hi' };
const TURNS = 900;
const LONG = [running(1), ...Array.from({ length: TURNS }, (_, turn) => message(turn + 2, 'x'.repeat(1000), turn))];
const LAST = TURNS + 2;

test('[sdk:run:bounded-memory] a reader that stalls holds nobody back, and gets what it lacks from the server', async () => {
  const log = [...LONG, ended(LAST)];
  const { client, sent } = await serve(
    stream(log),
    // A reader that is behind goes on by itself.
    stream(log.slice(1)),
    stream(log),
  );
  const run = client.agentRuns.run('a-1', question);
  const slow = run[Symbol.asyncIterator]();
  expect(await slow.next()).toMatchObject({ value: { id: '1' } });
  expect(await run).toMatchObject({ reason: 'completed', messages: { length: TURNS } });
  const ids: string[] = [];
  for await (const { id } of slow) ids.push(id);
  expect(ids).toEqual(Array.from({ length: LAST - 1 }, (_, index) => String(index + 2)));
  const late: string[] = [];
  for await (const { id } of run) late.push(id);
  expect([late.length, late[0]]).toEqual([LAST, '1']);
  expect(sent.map(({ method, headers }) => [method, headers['last-event-id']])).toEqual([
    ['POST', undefined],
    ['GET', '1'],
    ['GET', undefined],
  ]);
});

test('[sdk:run:bounded-memory] a connection is read only while somebody waits for what it brings', async () => {
  let written = 0;
  const { client } = await serve(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-session-id': 'sess_1' });
    response.write(running(1));
    // As much as the network takes: it is finite, because nobody reads.
    while (response.write(message(2, 'x'.repeat(1_000_000)))) written++;
    written++;
  });
  const events = client.agentRuns.run('a-1', question)[Symbol.asyncIterator]();
  expect(await events.next()).toMatchObject({ value: { id: '1' } });
  expect(written).toBeLessThan(100);
});

test('[sdk:run:promise-and-events] a reader leaves in the middle of a wait, alone, and the last one closes the connection', async () => {
  let closed: Promise<unknown> | undefined;
  const { client, sent } = await serve(
    (response, request) => {
      closed = once(response, 'close');
      return stream([running(1)], () => undefined)(response, request);
    },
    stream([message(2, 'Fine.'), ended(3)]),
  );
  const run = client.agentRuns.run('a-1', question);
  const [one, other] = [run[Symbol.asyncIterator](), run[Symbol.asyncIterator]()];
  await Promise.all([one.next(), other.next()]);
  const [waiting, alsoWaiting] = [one.next(), other.next()];
  await one.return?.();
  expect(await waiting).toEqual({ done: true, value: undefined });
  await other.return?.();
  expect(await alsoWaiting).toEqual({ done: true, value: undefined });
  await closed;
  expect(await run).toMatchObject({ text: 'Fine.' });
  expect(sent[1]?.headers['last-event-id']).toBe('1');
});

test('[sdk:run:detach-and-attach] detaching ends every reader, and who waits for the result is told', async () => {
  const { client } = await serve(stream([running(1)], () => undefined));
  const run = client.agentRuns.run('a-1', question);
  const events = run[Symbol.asyncIterator]();
  await events.next();
  const [waiting, settled] = [events.next(), run.settled()];
  expect(await run.detach()).toEqual({ sessionId: 'sess_1', after: '1' });
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(await settled).toEqual({ status: 'rejected', reason: expect.any(AbortedError) });
});

test('[sdk:run:starts-once] a start whose answer is lost is repeated with the same key', async () => {
  const { client, sent } = await serve((response) => void response.destroy(), stream([running(1), ended(2)]));
  await client.agentRuns.run('a-1', question);
  const keys = sent.map(({ headers }) => headers['idempotency-key']);
  expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
});

test('[sdk:run:starts-once] a start that is refused for good is told to every reader', async () => {
  const { client } = await serve();
  const run = client.agentRuns.run('a-1', question);
  const refused = { status: 404, code: 'route_not_found' };
  await expect(run).rejects.toMatchObject(refused);
  await expect(run[Symbol.asyncIterator]().next()).rejects.toMatchObject(refused);
  await expect(run.textStream().next()).rejects.toMatchObject(refused);
  await expect(run.steer('x')).rejects.toMatchObject(refused);
});
