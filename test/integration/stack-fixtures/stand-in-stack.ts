import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StackOptions } from '../../../stack/stack-options.ts';

const STAND_IN = fileURLToPath(new URL('./stand-in.mjs', import.meta.url));

/** Options of a stack whose three services are stand-ins and whose Postgres and Temporal are elsewhere and never dialled. */
export function standInStack(home: string): StackOptions & { readonly diary: string } {
  const diary = join(home, 'diary');
  const command = (name: string) => [process.execPath, STAND_IN, name, diary];
  return {
    home,
    diary,
    env: process.env,
    databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
    temporalAddress: '127.0.0.1:1',
    reachTemporal: async () => {},
    sealingKey: '0'.repeat(64),
    simulated: true,
    commands: { api: command('api'), worker: command('worker'), simulated: command('simulated') },
    database: {
      migrate: async () => {},
      ensureFirstTenant: async ({ existingKey }) => ({ apiKey: existingKey ?? `brk_made_${Date.now()}` }),
    },
  };
}
