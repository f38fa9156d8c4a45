import path from 'node:path';
import { type SharedStack, startTestStack, type TestStack } from './stack.ts';
import { createTenantClient } from './stack-client.ts';

let started: Promise<TestStack> | undefined;
let files = 0;

/**
 * A stack that the files of a worker of Vitest share, one after the other. To start and stop one takes 5 s of CPU. Each file has
 * a tenant of its own, so it sees nothing of the others, and only its tenants are checked. It may not kill processes.
 * `stop` ends what the file does on it. The stack itself is stopped with the worker (`worker-environment.ts`).
 */
export async function shareStack(): Promise<SharedStack> {
  started ??= startTestStack();
  const { home, baseUrl, db, temporal, scripts, addresses, deaths, api, secrets } = await started;
  if (files === 0) globalThis.atWorkerEnd?.(async () => (await started)?.stop());
  files += 1;
  const { close, ...client } = await createTenantClient({
    baseUrl,
    apiKey: api.apiKey,
    db,
    scripts,
    counterFile: path.join(home, `counter-${files}`),
    secrets: [...secrets],
  });
  return { ...client, home, baseUrl, db, temporal, scripts, addresses, deaths, stop: close };
}
