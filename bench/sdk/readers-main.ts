/**
 * Readers of one process, in TypeScript. `main.ts <mode> <base URL> <count>`:
 * `latency` reads the sessions `bare` and `sdk` side by side, and prints how long their events were under way.
 * `memory-bare` and `memory-sdk` read so many sessions at once, and print what each of them takes.
 */
import BrainstormRouter from 'brainstormrouter';
import { bareEvents } from './bare-events.ts';

const [mode, baseUrl = '', count = '1'] = process.argv.slice(2);
const client = new BrainstormRouter({ baseUrl, apiKey: 'brk_bench', logLevel: 'off' });
const readers = {
  bare: (sessionId: string) => bareEvents(`${baseUrl}/v1/sessions/${sessionId}/events`),
  sdk: (sessionId: string) => client.agentRuns.attach(sessionId),
};

async function latenciesOf(reader: keyof typeof readers): Promise<number[]> {
  const values: number[] = [];
  for await (const event of readers[reader](reader)) {
    const nowNs = process.hrtime.bigint();
    const { sentAtNs } = event.data as { sentAtNs?: string };
    if (sentAtNs !== undefined) values.push(Number(nowNs - BigInt(sentAtNs)) / 1e6);
  }
  return values;
}

/** Follows sessions until each has begun, and says how much the memory of the process grew. */
async function bytesEach(reader: keyof typeof readers, sessions: number): Promise<number> {
  // The first one loads what all of them use.
  const first = readers[reader]('first')[Symbol.asyncIterator]();
  await first.next();
  const before = residentBytes();
  const open = Array.from({ length: sessions }, (_, n) => readers[reader](`session-${n}`)[Symbol.asyncIterator]());
  await Promise.all(open.map((iterator) => iterator.next()));
  const waiting = open.map((iterator) => iterator.next());
  const grown = residentBytes() - before;
  for (const next of waiting) void Promise.resolve(next).catch(() => undefined);
  return grown / sessions;
}

function residentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

if (mode === 'latency') {
  const [bare, sdk] = await Promise.all([latenciesOf('bare'), latenciesOf('sdk')]);
  console.log(JSON.stringify({ bare, sdk }));
} else {
  const reader = mode === 'memory-sdk' ? 'sdk' : 'bare';
  console.log(JSON.stringify({ bytesEach: await bytesEach(reader, Number(count)) }));
}
process.exit(0);
