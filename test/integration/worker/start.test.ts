import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readServiceEnvironment } from '../../../processes/environment.ts';
import { pickPort } from '../../../stack/free-port.ts';
import { type RunningInfrastructure, startInfrastructure } from '../../../stack/start-infrastructure.ts';
import { createSessionWorker } from '../../../worker/create-worker.ts';
import { workflowBundle } from '../../../worker/workflow-bundle.ts';

let home: string;
let infrastructure: RunningInfrastructure;
let bundle: { code: string };

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'agent-runs-worker-start-'));
  infrastructure = await startInfrastructure({ home, env: process.env });
  bundle = await workflowBundle(home);
});
afterAll(async () => {
  await infrastructure?.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Starts a worker that cannot begin. @returns the message of its error */
async function startWorker(temporalAddress: string): Promise<string> {
  const worker = createSessionWorker({
    environment: readServiceEnvironment(
      {
        DATABASE_URL: infrastructure.databaseUrl,
        TEMPORAL_ADDRESS: temporalAddress,
        TEMPORAL_NAMESPACE: 'nowhere',
        AGENT_RUNS_SEALING_KEY: 'ab'.repeat(32),
      },
      [],
    ),
    workflowBundle: bundle,
    toolEnvironment: {},
    warn: () => undefined,
    report: () => undefined,
  });
  return worker.then(
    () => 'It began.',
    (error: unknown) => (error instanceof Error ? error.message : 'It threw no Error.'),
  );
}

test('[stack:failed-start:one-clear-sentence] a worker whose namespace is missing, or whose Temporal is away, says which of the two', async () => {
  const { temporalAddress } = infrastructure;
  expect(await startWorker(temporalAddress)).toBe(
    `Temporal at ${temporalAddress} has no namespace "nowhere": create it, or name another in TEMPORAL_NAMESPACE.`,
  );
  const nobody = `127.0.0.1:${await pickPort('127.0.0.1')}`;
  expect(await startWorker(nobody)).toBe(`Temporal at ${nobody} does not answer yet.`);
});

// Only on Linux can the test count the threads of a process.
test.runIf(process.platform === 'linux')('a worker that cannot begin leaves no thread behind', async () => {
  const threads = () => readdirSync('/proc/self/task').length;
  await startWorker(infrastructure.temporalAddress);
  const before = threads();
  for (let attempt = 0; attempt < 10; attempt++) await startWorker(infrastructure.temporalAddress);
  // A leak would be a thread for each attempt.
  expect(threads() - before).toBeLessThan(5);
});
