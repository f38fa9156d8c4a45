import { keepService, type ServiceProcess } from '../support/service-process.ts';
import { startBalancer } from './balancer.ts';

export interface DoubledServices {
  /** Connections to it go to the api of the stack and to the other one in turn. */
  readonly baseUrl: string;
  /** Resolves when the second worker serves. */
  workerReady(): Promise<void>;
  /** Kills the second api or the second worker, which is started again. */
  kill(name: 'api' | 'worker'): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a second api and a second worker for a stack, each again whenever it dies. */
export async function doubleServices(deps: {
  /** The address of the first api. */
  readonly baseUrl: string;
  /** Whether the stack has a first worker. */
  readonly workers: boolean;
  readonly start: (entry: 'api/main.ts' | 'worker/main.ts') => Promise<ServiceProcess>;
  readonly onDeath: (line: string) => void;
}): Promise<DoubledServices> {
  const { start, onDeath } = deps;
  const ports = { first: Number(new URL(deps.baseUrl).port), second: 0 };
  const startApi = async () => {
    const api = await start('api/main.ts');
    ports.second = api.port ?? 0;
    return api;
  };
  const [api, worker] = await Promise.all([
    keepService(startApi, () => onDeath('The second api died')),
    deps.workers
      ? keepService(
          () => start('worker/main.ts'),
          () => onDeath('The second worker died'),
        )
      : undefined,
  ]);
  const balancer = await startBalancer(() => [ports.first, ports.second]);
  return {
    baseUrl: `http://127.0.0.1:${balancer.port}`,
    workerReady: async () => worker?.ready(),
    kill: async (name) => (name === 'api' ? api : worker)?.kill(),
    async stop() {
      await balancer.close();
      await Promise.all([api.stop(), worker?.stop()]);
    },
  };
}
