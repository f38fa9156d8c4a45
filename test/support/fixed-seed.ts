import fc from 'fast-check';

/** Property tests try the same cases in every run, so that a failure can be repeated. `FUZZ_SEED` tries others. */
fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? 12) });
