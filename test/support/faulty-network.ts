import { type ApiClient, createClient } from './client.ts';
import type { ScriptedProvider, ScriptOptions } from './scripted-provider.ts';
import type { ServiceProcess } from './service-process.ts';
import type { TestStack } from './stack.ts';
import { type FaultProxy, startFaultProxy } from './tcp-fault-proxy.ts';

export const LINKS = [
  'client-api',
  'api-postgres',
  'api-temporal',
  'worker-postgres',
  'worker-temporal',
  'worker-model',
] as const;
export type LinkName = (typeof LINKS)[number];

/** A second api and a worker for a stack. All their connections go through proxies. */
export interface FaultyNetwork {
  readonly links: Readonly<Record<LinkName, FaultProxy>>;
  readonly baseUrl: string;
  /** A client of that api, through its proxy. */
  readonly client: ApiClient;
  readonly apiProcess: ServiceProcess;
  /** A provider that the worker reaches through its proxy. */
  script(script: Parameters<TestStack['script']>[0], options?: ScriptOptions): Promise<ScriptedProvider>;
  heal(): Promise<void>;
  stop(): Promise<void>;
}

/** @param stack a stack without a worker of its own, which would otherwise run the sessions without any fault */
export async function startFaultyNetwork(stack: TestStack, seed: string): Promise<FaultyNetwork> {
  const { databaseUrl, temporalAddress, simulatedUrl } = stack.addresses;
  const proxyTo = (link: LinkName, url: string) =>
    startFaultProxy({
      targetPort: Number(new URL(url).port),
      seed: `${seed}:${link}`,
      postgres: link === 'api-postgres' || link === 'worker-postgres',
    });
  const temporalUrl = `http://${temporalAddress}`;
  const apiPostgres = await proxyTo('api-postgres', databaseUrl);
  const apiTemporal = await proxyTo('api-temporal', temporalUrl);
  const workerPostgres = await proxyTo('worker-postgres', databaseUrl);
  const workerTemporal = await proxyTo('worker-temporal', temporalUrl);
  const workerModel = await proxyTo('worker-model', simulatedUrl);
  const behind = (postgres: FaultProxy, temporal: FaultProxy) => ({
    // The parameters are left out: they name a Unix socket, which would bypass the proxy.
    DATABASE_URL: Object.assign(new URL(databaseUrl), { port: String(postgres.port), search: '' }).href,
    TEMPORAL_ADDRESS: `127.0.0.1:${temporal.port}`,
  });
  const [apiProcess, worker] = await Promise.all([
    stack.startService('api/main.ts', behind(apiPostgres, apiTemporal)),
    stack.startService('worker/main.ts', behind(workerPostgres, workerTemporal)),
  ]);
  const clientApi = await proxyTo('client-api', `http://127.0.0.1:${apiProcess.port}`);
  const links = {
    'client-api': clientApi,
    'api-postgres': apiPostgres,
    'api-temporal': apiTemporal,
    'worker-postgres': workerPostgres,
    'worker-temporal': workerTemporal,
    'worker-model': workerModel,
  };
  const baseUrl = `http://127.0.0.1:${clientApi.port}`;
  const heal = async () => {
    await Promise.all(Object.values(links).map((link) => link.become()));
  };
  return {
    links,
    baseUrl,
    client: createClient({ baseUrl, apiKey: stack.api.apiKey, records: stack.records }),
    apiProcess,
    script: (script, options = {}) => stack.script(script, { ...options, port: workerModel.port }),
    heal,
    async stop() {
      await heal();
      await Promise.all([apiProcess.kill(), worker.kill()]);
      await Promise.all(Object.values(links).map((link) => link.close()));
    },
  };
}
