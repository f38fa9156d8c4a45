import type { z } from 'zod';
import type { readySchema } from '../../contract/health.ts';
import { json } from '../route.ts';

export interface HealthProbes {
  postgres(): Promise<boolean>;
  temporal(): Promise<boolean>;
  /** Undefined: nobody can say. */
  workers(): Promise<boolean | undefined>;
}

/**
 * Live means that this process answers. Ready means that the services it needs answer, too. An API without a worker is ready:
 * sessions can be read, started, paused and terminated, and no other API process would have a worker either.
 */
export function healthHandlers(probes: HealthProbes) {
  return {
    live: () => json({ status: 'ok' }),
    async ready(): Promise<Response> {
      const [postgres, temporal, workers] = await Promise.all([probes.postgres(), probes.temporal(), probes.workers()]);
      const available = postgres && temporal;
      const status = !available ? 'unavailable' : workers === false ? 'degraded' : 'ok';
      const ready: z.infer<typeof readySchema> = { status, dependencies: { postgres, temporal, workers } };
      return json(ready, available ? 200 : 503);
    },
  };
}
