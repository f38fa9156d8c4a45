import { json } from '../route.ts';

export interface HealthProbes {
  postgres(): Promise<boolean>;
  temporal(): Promise<boolean>;
}

/** Live means that this process answers. Ready means that the services it needs answer, too. */
export function healthHandlers(probes: HealthProbes) {
  return {
    live: () => json({ status: 'ok' }),
    async ready(): Promise<Response> {
      const [postgres, temporal] = await Promise.all([probes.postgres(), probes.temporal()]);
      const ok = postgres && temporal;
      return json({ status: ok ? 'ok' : 'unavailable', dependencies: { postgres, temporal } }, ok ? 200 : 503);
    },
  };
}
