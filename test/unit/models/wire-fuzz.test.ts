import { test } from 'vitest';
import { fuzzWire } from '../../wire-shapes/fuzz-wire.ts';

/** The test is all work and no wait: four seconds of a core, which may have other things to do. */
const TIMEOUT_MS = 60_000;

// The seed is fixed, so that this run is the same everywhere. `npm run fuzz:wire` tries others.
test('[answer:ending:nothing-behind-it-counts] [answer:cut:calls-are-never-run] no mutation of a response loses an ended answer, runs a call that was not written, or leaves an attempt without a cost', {
  timeout: TIMEOUT_MS,
}, async () => {
  await fuzzWire({ seed: 1, runs: 150 });
});
