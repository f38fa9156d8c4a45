import type { Home } from '../home/paths.ts';
import type { RememberedPorts } from '../home/remembered-ports.ts';
import { bareEnvironment, PROJECT_DIR } from '../project.ts';
import type { ChildSpec } from '../supervise/child-spec.ts';
import { untilTemporalServes } from './health.ts';

const HOST = '127.0.0.1';

/**
 * By default the dev server polls its queues 20 times a second, so every activity waits about 40 ms twice. A turn of one activity
 * takes 101 ms by default, and 18 ms with these settings. Eager execution hands an activity to the worker that asked for it.
 */
export const DYNAMIC_CONFIG: Readonly<Record<string, number | boolean | string>> = {
  'history.transferProcessorMaxPollRPS': 2_000,
  'history.timerProcessorMaxPollRPS': 2_000,
  'history.visibilityProcessorMaxPollRPS': 2_000,
  'history.outboundProcessorMaxPollRPS': 2_000,
  'system.enableActivityEagerExecution': true,
  // Says how late a timer may fire. By default that is one second, so a retry after 50 ms would come after one second.
  'history.timerProcessorMaxTimeShift': '50ms',
  // Tasks that pile up are handed out to the tenants in turn (session-workflows.ts).
  'matching.enableFairness': true,
  // A worker that takes over a session replays its history first. By default that is up to 4,096 events, or 400 turns.
  'limit.historyCount.suggestContinueAsNew': 1_024,
};

export interface EmbeddedTemporal {
  readonly spec: ChildSpec;
  /** `host:port` of the frontend. It asks nobody who they are, so it listens on loopback only. */
  readonly address: string;
  readonly uiUrl: string | undefined;
}

export interface TemporalOptions {
  readonly home: Home;
  readonly ports: RememberedPorts;
  readonly env: NodeJS.ProcessEnv;
  readonly binary: string;
  readonly namespace: string;
  /** Also serve the web interface of Temporal. */
  readonly ui: boolean;
}

export async function prepareTemporal({
  home,
  ports,
  env,
  binary,
  namespace,
  ui,
}: TemporalOptions): Promise<EmbeddedTemporal> {
  const port = await ports.take('temporal');
  const uiPort = ui ? await ports.take('temporal-ui') : undefined;
  const address = `${HOST}:${port}`;
  const args = [
    ...['server', 'start-dev', '--ip', HOST, '--port', String(port)],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-ip', HOST, '--ui-port', String(uiPort)]),
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
    ...['--db-filename', home.temporalDatabase],
    ...['journal_mode=WAL', 'synchronous=NORMAL'].flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...Object.entries(DYNAMIC_CONFIG).flatMap(([name, value]) => [
      '--dynamic-config-value',
      `${name}=${JSON.stringify(value)}`,
    ]),
  ];
  return {
    address,
    uiUrl: uiPort === undefined ? undefined : `http://${HOST}:${uiPort}`,
    spec: {
      name: 'temporal',
      launch: async () => ({ command: binary, args, cwd: PROJECT_DIR, env: bareEnvironment(env) }),
      readiness: (signal) => untilTemporalServes(address, signal),
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 10_000,
      orphanSignal: 'KILL',
      port,
    },
  };
}
