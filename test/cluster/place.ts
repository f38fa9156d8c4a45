import { z } from 'zod';
import type { ServerPlace } from './server.ts';

/** The variable by which `npm run test:cluster` tells the tests where their Temporal servers come from. */
const VARIABLE = 'AGENT_RUNS_TEST_CLUSTER';

const placeSchema = z.object({ program: z.string(), postgresUrl: z.string() });

export function placeVariable(place: ServerPlace): Readonly<Record<string, string>> {
  return { [VARIABLE]: JSON.stringify(place) };
}

/** Undefined outside `npm run test:cluster`: then each stack runs the embedded Temporal. */
export function placeOf(env: NodeJS.ProcessEnv): ServerPlace | undefined {
  const text = env[VARIABLE];
  return text === undefined ? undefined : placeSchema.parse(JSON.parse(text));
}
