import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createReadingPaces } from '../../../processes/reading-pace.ts';

/** Keeps the event loop busy for so much time of a processor. */
function work(ms: number): void {
  const began = process.cpuUsage();
  for (let usedMs = 0; usedMs < ms; ) {
    const { user, system } = process.cpuUsage(began);
    usedMs = (user + system) / 1_000;
  }
}

test('[bounds:streams:read-at-a-pace] streams without end of one tenant leave the process to others, who read at once', async () => {
  const paces = createReadingPaces();
  const piece = new Uint8Array(100_000);
  const over = new AbortController();
  let used = 0;
  let isOver = false;
  const floods = Array.from({ length: 6 }, async () => {
    const stream = paces.of('hostile').open(over.signal);
    while (!over.signal.aborted) {
      await stream
        .take(piece, (slice) => {
          used += slice.length;
          work(2);
          isOver ||= over.signal.aborted;
        })
        .catch(() => undefined);
    }
  });
  // What may be used at once is used up when the flood stands still for some rounds.
  for (let still = 0, before = -1; still < 20; before = used) {
    await nextRound();
    still = used === before ? still + 1 : 0;
  }
  const quiet = paces.of('quiet').open();
  for (let asked = 0; asked < 50; asked++) {
    const before = used;
    await quiet.take(new Uint8Array(100), () => {});
    // A round of the event loop has one slice of the flood at most.
    expect(used - before).toBeLessThanOrEqual(65_536);
  }
  over.abort();
  await Promise.all(floods);
  expect(isOver).toBe(false);
});

test('[bounds:streams:read-at-a-pace] the pieces of a stream are used in order, each byte once, and cut small where they take long', async () => {
  const stream = createReadingPaces().of('tenant').open();
  const sent = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);
  const slices: Uint8Array[] = [];
  for (let at = 0; at < sent.length; at += 50_000) {
    await stream.take(sent.subarray(at, at + 50_000), (slice) => {
      slices.push(slice);
      work(3);
    });
  }
  expect(Buffer.concat(slices).equals(sent)).toBe(true);
  expect(slices.at(-1)?.length).toBeLessThanOrEqual(2_048);
});

test('[bounds:streams:read-at-a-pace] what those who read on at once take is counted, and an error ends only its own piece', async () => {
  const paces = createReadingPaces();
  const stream = paces.of('tenant').open();
  const slices: number[] = [];
  const piece = new Uint8Array(65_536);
  for (let pieces = 0; pieces < 1; pieces++) {
    await stream.take(piece, (slice) => {
      slices.push(slice.length);
      void Promise.resolve().then(() => work(3));
    });
  }
  expect(slices.at(-1)).toBe(2_048);
  await expect(
    stream.run(() => {
      throw new Error('damaged');
    }),
  ).rejects.toThrow('damaged');
  let read = 0;
  await stream.take(new Uint8Array(10), ({ length }) => {
    read += length;
  });
  expect(read).toBe(10);
});

test('[bounds:streams:read-at-a-pace] a stream that nobody wants any more does not wait for its turn', async () => {
  const tenant = createReadingPaces().of('tenant');
  // More than may be used at once.
  await tenant.open().run(() => work(400));
  const given = new AbortController();
  let used = false;
  const waiting = tenant.open(given.signal).take(new Uint8Array(1), () => {
    used = true;
  });
  const failed = expect(waiting).rejects.toThrow('given up');
  await nextRound();
  given.abort(new Error('given up'));
  await failed;
  expect(used).toBe(false);
});
