import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type CallWatch, watchCall } from '../../../../mcp/calls/call-watch.ts';
import { createLargeMessages, LARGE_BYTES } from '../../../../mcp/transport/large-messages.ts';
import { createTransportFetch } from '../../../../mcp/transport/transport-fetch.ts';
import { createReadingPaces } from '../../../../processes/reading-pace.ts';

/** Whatever can be read without a place is read after so many rounds of the event loop. */
async function settled(): Promise<void> {
  for (let round = 0; round < 500; round++) await nextRound();
}

/** Servers of tenants, each of whose answers goes on when it is told to. */
function createServers() {
  const large = createLargeMessages();
  const paces = createReadingPaces();
  const currentCall = new AsyncLocalStorage<CallWatch>();
  /** The answers of which all that was sent is read, by tenant. */
  const read: string[] = [];
  const ask = (tenant: string, bytes: number, keptUntil?: AbortSignal) => {
    let body: ReadableStreamDefaultController<Uint8Array> | undefined;
    const rest = [
      new TextEncoder().encode('{"jsonrpc":"2.0","id":1,"result":{"x":"'),
      new Uint8Array(bytes).fill(0x78),
    ];
    const sent = new ReadableStream<Uint8Array>(
      {
        start(controller) {
          body = controller;
        },
        pull(controller) {
          const next = rest.shift();
          if (next !== undefined) controller.enqueue(next);
          else read.push(tenant);
        },
      },
      { highWaterMark: 0 },
    );
    const fetch = createTransportFetch({
      fetch: async () => new Response(sent, { headers: { 'content-type': 'application/json' } }),
      currentCall,
      maxMessageBytes: 8 * 1024 * 1024,
      refuseStandaloneStream: true,
      onReceived: () => undefined,
      onResumeFailed: () => undefined,
      onTooLong: () => undefined,
      largeMessages: large.of(tenant),
      pace: paces.of(tenant),
      takes: () => true,
    });
    const call = watchCall({ signal: new AbortController().signal, timeoutMs: 60_000, keptUntil });
    const request = { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"tools/call"}' };
    const answer = currentCall.run(call, async () => (await fetch('https://example.com', request)).json());
    answer.catch(() => undefined);
    const finish = async () => {
      body?.enqueue(new TextEncoder().encode('"}}'));
      body?.close();
      await answer;
      call.dispose();
    };
    return { call, answer, finish };
  };
  return { ask, read };
}

test('[tool:result:large-ones-take-turns] however many large results the servers of a tenant send, few are read at once, small ones wait for nobody, and another tenant has its own', async () => {
  const { ask, read } = createServers();
  const hostile = Array.from({ length: 20 }, () => ask('hostile', LARGE_BYTES + 1));
  await settled();
  const first = read.length;
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(8);
  const small = ask('hostile', 1_000);
  const quiet = ask('quiet', LARGE_BYTES + 1);
  await settled();
  expect(read.slice(first).sort()).toEqual(['hostile', 'quiet']);
  await Promise.all([small.finish(), quiet.finish()]);
  expect(read.length).toBe(first + 2);

  // One whose call is given up leaves its place, as one does that has ended.
  hostile[0]?.call.lose();
  await hostile[1]?.finish();
  await settled();
  expect(read.length).toBe(first + 4);
});

test('[tool:result:large-ones-take-turns] a large result keeps its place until it is stored', async () => {
  const { ask, read } = createServers();
  const stored = new AbortController();
  const results = Array.from({ length: 7 }, () => ask('busy', LARGE_BYTES + 1, stored.signal));
  await settled();
  const first = read.length;
  await Promise.all(results.slice(0, first).map(({ finish }) => finish()));
  await settled();
  expect(read.length).toBe(first);
  stored.abort();
  await settled();
  expect(read.length).toBe(7);
});
