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
          testTimeout: 180_000,
          hookTimeout: 420_000,
        },
      },
    ],
    reporters: ['default', './test/support/second-tries.ts'],
    // A worker stops the stack that its files shared.
    teardownTimeout: 60_000,
    // Files with a stack wait for a third of their time, so the cores can serve more files than there are cores. Vitest begins
    // with `fault`, which waits most, and in each project with the files that took longest.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
  },
});
