import { randomInt } from 'node:crypto';
import { test } from 'vitest';
import { fuzzWire } from '../../wire-shapes/fuzz-wire.ts';

// `npm run fuzz:wire -- --seed N` repeats what fails here: the message has the seed.
test('[answer:ending:nothing-behind-it-counts] [answer:cut:calls-are-never-run] no mutation of a response loses an ended answer, runs a call that was not written, or leaves an attempt without a cost', async () => {
  await fuzzWire({ seed: randomInt(2 ** 31), runs: 150 });
});
