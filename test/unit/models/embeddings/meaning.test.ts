import { expect, test } from 'vitest';
import { EmbeddingsError } from '../../../../models/embeddings/embeddings-client.ts';
import { createMeaning } from '../../../../models/embeddings/meaning.ts';
import type { LogLine } from '../../../../processes/log-line.ts';
import { embeddingOf } from '../../../../simulated/embeddings/embedding-of.ts';

function meaningWith(embed: (texts: readonly string[], signal: AbortSignal) => Promise<number[][]>, extension = true) {
  const world = { nowMs: 0, extension, requests: 0, lines: [] as LogLine[], metered: new Map<string, number>() };
  const meaning = createMeaning({
    embed: (texts, signal) => {
      world.requests += 1;
      return embed(texts, signal);
    },
    model: 'm',
    waitMs: 20,
    hasVectorExtension: async () => world.extension,
    nowMs: () => world.nowMs,
    meter: {
      add: (tenantId, _what, amount) => world.metered.set(tenantId, (world.metered.get(tenantId) ?? 0) + amount),
    },
    report: (line) => world.lines.push(line),
  });
  const said = () =>
    world.lines.map((line) => (line.event === 'memory_search' ? `${line.by}: ${line.cause}` : line.event));
  return { meaning, world, said };
}
const simulated = async (texts: readonly string[]) => texts.map((text) => embeddingOf(text, 64));

test('[context:memory:words-without-the-extension] without the extension nothing is sent, and a minute later it is looked for again', async () => {
  const { meaning, world, said } = meaningWith(simulated, false);
  expect([await meaning.space(), await meaning.vectorOf('ten_a', 'car', 1_000), world.requests]).toEqual([
    undefined,
    undefined,
    0,
  ]);
  world.extension = true;
  expect(await meaning.space()).toBeUndefined();
  world.nowMs = 60_000;
  expect(await meaning.space()).toMatchObject({ id: 'm/64' });
  expect(said()).toEqual(['words: memory.no_vector_extension', 'words_and_meaning: memory.embeddings']);
});

test('[context:memory:end-point-away-harms-nothing] a question waits no longer than it may, and the next ones do not wait at all until the pause is over', async () => {
  let hangs = false;
  const { meaning, world, said } = meaningWith(async (texts, signal) => {
    if (!hangs) return simulated(texts);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    throw new EmbeddingsError('embeddings.timed_out');
  });
  await meaning.space();
  hangs = true;
  expect(await meaning.vectorOf('ten_a', 'car')).toBeUndefined();
  const { requests } = world;
  for (let nth = 0; nth < 5; nth++) expect(await meaning.vectorOf('ten_a', 'car')).toBeUndefined();
  expect(world.requests).toBe(requests);
  world.nowMs += 1_000;
  hangs = false;
  expect(await meaning.vectorOf('ten_a', 'car', 1_000)).toMatchObject({ space: { id: 'm/64' } });
  expect(said()).toEqual([
    'words_and_meaning: memory.embeddings',
    'words: embeddings.timed_out',
    'words_and_meaning: memory.embeddings',
  ]);
});

test('[context:memory:end-point-away-harms-nothing] pauses grow up to a minute', async () => {
  const { meaning, world } = meaningWith(() => Promise.reject(new EmbeddingsError('embeddings.unreachable')));
  const askedAtS: number[] = [];
  for (let second = 0; second < 300; second++) {
    world.nowMs = second * 1_000;
    const before = world.requests;
    await meaning.space();
    if (world.requests > before) askedAtS.push(second);
  }
  const pauses = askedAtS.slice(1).map((second, nth) => second - (askedAtS[nth] ?? 0));
  expect(pauses.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
});

test('a vector of zeros compares with nothing, so the text has none', async () => {
  const { meaning } = meaningWith(async (texts) => texts.map((text) => (text === 'zero' ? [0, 0] : [1, 2])));
  const space = await meaning.space();
  if (space === undefined) throw new Error('There is no space.');
  expect(await meaning.vectorOf('ten_a', 'zero', 1_000)).toBeUndefined();
  expect(await meaning.vectorOf('ten_a', '   ', 1_000)).toBeUndefined();
  expect(await meaning.vectorsOf('ten_a', ['zero', 'one'], space)).toEqual([null, { signs: '11', vector: [1, 2] }]);
});

test('[tenant:meter:what-it-costs-now] [tenant:shares:floor-nobody-takes] requests for vectors count for their tenant, and one tenant leaves some of the questions at once to others', async () => {
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let waits = false;
  const { meaning, world } = meaningWith(async (texts) => {
    if (waits) await answered;
    return simulated(texts);
  });
  const space = await meaning.space();
  if (space === undefined) throw new Error('There is no space.');
  // What the service asks for itself costs no tenant anything.
  expect([...world.metered]).toEqual([]);
  waits = true;
  const ask = (tenantId: string, count: number) =>
    Array.from({ length: count }, (_, nth) => meaning.vectorOf(tenantId, `car ${nth}`, 10_000));
  const [busy, quiet] = [ask('ten_busy', 40), ask('ten_quiet', 8)];
  answer();
  const vectors = async (asked: readonly Promise<unknown>[]) =>
    (await Promise.all(asked)).filter((vector) => vector !== undefined).length;
  expect([await vectors(busy), await vectors(quiet)]).toEqual([24, 8]);
  expect(await vectors(ask('ten_busy', 1))).toBe(1);
  await meaning.vectorsOf('ten_quiet', ['one', 'two'], space);
  expect(Object.fromEntries(world.metered)).toEqual({ ten_busy: 25, ten_quiet: 9 });
});
