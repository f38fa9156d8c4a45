import { type PlainAnswer, plainJson } from '../processes/plain-server.ts';

export interface WorkerHealth {
  /** True from when it takes sessions until it is told to stop. */
  readonly polls: boolean;
  readonly postgres: boolean;
  readonly temporal: boolean;
}

/**
 * The paths at which a worker answers for its health. It is live when it answers: its event loop turns. It is ready when it takes
 * sessions, and Postgres and Temporal answer.
 * @param health undefined while the worker waits for Temporal and has not begun
 */
export function healthPaths(
  health: () => Promise<WorkerHealth> | undefined,
): Record<string, () => Promise<PlainAnswer>> {
  return {
    '/health/live': async () => plainJson(200, { status: 'ok' }),
    async '/health/ready'() {
      const found = await health();
      if (found === undefined) return plainJson(503, { status: 'unavailable', polls: false });
      const { polls, ...dependencies } = found;
      const ok = polls && dependencies.postgres && dependencies.temporal;
      return plainJson(ok ? 200 : 503, { status: ok ? 'ok' : 'unavailable', polls, dependencies });
    },
  };
}
