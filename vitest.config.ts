import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * Files of one project share the modules of a worker. To read them again for each file would cost a third of the CPU of a run.
 * So a test file leaves no state in a module and puts back what it changes (timers, spies, variables of the environment).
 */
const isolate = false;

/** Tests use the source of the client, so nothing has to be built before. */
const resolve = {
  alias: { brainstormrouter: fileURLToPath(new URL('./sdk/typescript/src/index.ts', import.meta.url)) },
};

/**
 * CI tries a failed test of real processes once more and prints `(retry x1)` beside it, so that a machine that stood still for a
 * moment does not fail the whole run. A test that needed the second try has a fault to be found, in the test or in the service.
 */
const retry = process.env.CI === undefined ? 0 : 1;

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          isolate,
          setupFiles: ['test/support/fixed-seed.ts'],
          testTimeout: 20_000,
        },
      },
      {
        resolve,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          environment: './test/support/worker-environment.ts',
          isolate,
          retry,
          testTimeout: 120_000,
          hookTimeout: 420_000,
        },
      },
      {
        resolve,
        test: {
          name: 'fault',
          include: ['test/fault/**/*.test.ts'],
          isolate,
          retry,
          testTimeout: 180_000,
          hookTimeout: 420_000,
        },
      },
    ],
    // A worker stops the stack that its files shared.
    teardownTimeout: 60_000,
    // Files with a stack wait for a third of their time, so the cores can serve more files than there are cores. Vitest begins
    // with `fault`, which waits most, and in each project with the files that took longest.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
  },
});
