import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type ApiUnderTest,
  append,
  end,
  message,
  newAgent,
  newSession,
  openStream,
  request,
  startApi,
} from '../integration/api/fixture.ts';
import { type FaultProxy, startFaultProxy } from '../support/tcp-fault-proxy.ts';
import { until } from '../support/until.ts';

let api: ApiUnderTest;
let trickle: FaultProxy;

beforeAll(async () => {
  api = await startApi({ slowReaderMs: 1_500 });
  trickle = await startFaultProxy({ targetPort: Number(new URL(api.baseUrl).port), seed: 'trickle' });
});
afterAll(async () => {
  await trickle.close();
  await api.stop();
});

const TEXT = 'x'.repeat(60_000);
const EVENTS = 240;
const DEAF_READERS = 20;

/** A client that asks for a stream and reads nothing of it until `rest` is called. */
class StuckReader {
  readonly #socket: Socket;
  #text = '';
  readonly closed: Promise<void>;

  constructor(port: number, path: string) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.pause();
    this.#socket.on('data', (bytes) => {
      this.#text += bytes.toString();
    });
    this.#socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    const head = [`GET ${path} HTTP/1.1`, 'host: test', 'accept: text/event-stream'];
    this.#socket.write([...head, `authorization: Bearer ${api.apiKey}`, '', ''].join('\r\n'));
  }

  /** Reads until the connection closes. @returns the ids of the events that arrived completely */
  async rest(): Promise<number[]> {
    this.#socket.resume();
    await this.closed;
    const whole = this.#text.split('\n\n').slice(0, -1).join('\n\n');
    return [...whole.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

async function openStreams(): Promise<number> {
  const { body } = await request(api, 'GET', '/metrics');
  return Number(/^agent_runs_open_streams (\d+)$/m.exec(String(body))?.[1]);
}

test('[stream:slow-reader:dropped-at-bounded-cost] [log:failure:one-line-with-its-fields] [I2] clients that read nothing or a byte a second are dropped, cost bounded memory, delay nobody and resume without a gap', async () => {
  const agentId = await newAgent(api);
  const sessionId = await newSession(api, agentId);
  const path = `/v1/sessions/${sessionId}/events`;
  const port = Number(new URL(api.baseUrl).port);
  const stuck = Array.from({ length: DEAF_READERS }, () => new StuckReader(port, path));
  const trickling = new StuckReader(trickle.port, path);
  await until('all streams to be open', async () => (await openStreams()) === DEAF_READERS + 1);
  await trickle.become({ kind: 'bandwidth', bytesPerSecond: 1 });
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const quick = await openStream(api, path);
  for (let turn = 0; turn < EVENTS; turn += 20) {
    await append(
      api,
      sessionId,
      Array.from({ length: 20 }, (_, i) => message(turn + i, TEXT)),
    );
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }
  await quick.until(EVENTS + 1);
  expect(quick.events.map((event) => Number(event.id))).toEqual(upTo(EVENTS + 1));
  // A page of events for each reader would be 120 MB in all, the whole log for each 300 MB.
  console.log(`memory of buffers grew by ${Math.round((most - before) / 1e6)} MB at most`);
  expect(most - before).toBeLessThan(DEAF_READERS * 4e6);
  quick.leave();
  await until('the slow readers to be dropped', async () => (await openStreams()) === 0);
  const cut = api.lines.filter(({ event }) => event === 'stream_cut');
  expect(cut).toHaveLength(DEAF_READERS + 1);
  expect(new Set(cut.map(({ request_id: id }) => id)).size).toBe(cut.length);
  expect(cut[0]).toEqual({
    event: 'stream_cut',
    tenant_id: api.tenantId,
    session_id: sessionId,
    request_id: expect.stringMatching(/^req_/),
    key_id: expect.stringMatching(/^key_/),
    cause: 'slow_reader',
    duration_ms: expect.any(Number),
  });
  await end(api, sessionId);

  for (const reader of stuck.slice(0, 2)) {
    const seen = await reader.rest();
    expect(seen).toEqual(upTo(seen.length));
    expect(seen.length).toBeLessThan(EVENTS);
    const resumed = await openStream(api, path, { headers: { 'last-event-id': String(seen.length) } });
    await resumed.closed;
    expect(resumed.events.map((event) => Number(event.id))).toEqual(upTo(EVENTS + 2, seen.length + 1));
  }
  for (const reader of [...stuck, trickling]) reader.destroy();
});
