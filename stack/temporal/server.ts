import type { Home } from '../home/paths.ts';
import type { RememberedPorts } from '../home/remembered-ports.ts';
import { bareEnvironment, PROJECT_DIR } from '../project.ts';
import type { ChildSpec } from '../supervise/child-spec.ts';
import { untilTemporalServes } from './health.ts';

const HOST = '127.0.0.1';

/**
 * Out of the box the dev server polls its queues 20 times a second, so that every activity waits about 40 ms twice: 101 ms for a turn
 * of one activity, 18 ms with these. Eager execution hands an activity to the worker that asked for it.
 */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollRPS=2000',
  'history.visibilityProcessorMaxPollRPS=2000',
  'history.outboundProcessorMaxPollRPS=2000',
  'system.enableActivityEagerExecution=true',
  // How late a timer may fire. With the second that is the default, a retry after 50 ms comes after one second.
  'history.timerProcessorMaxTimeShift="50ms"',
  // Whoever takes a session over replays its history first: with the 4,096 events that are the default, 400 turns.
  'limit.historyCount.suggestContinueAsNew=1024',
];

export interface EmbeddedTemporal {
  readonly spec: ChildSpec;
  /** `host:port` of the frontend. It knows no authentication, so it listens on loopback only. */
  readonly address: string;
  readonly uiUrl?: string;
}

export interface TemporalOptions {
  readonly home: Home;
  readonly ports: RememberedPorts;
  readonly env: NodeJS.ProcessEnv;
  readonly binary: string;
  readonly namespace: string;
  /** Serve Temporal's own web interface, too. */
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
    ...DYNAMIC_CONFIG.flatMap((value) => ['--dynamic-config-value', value]),
  ];
  return {
    address,
    ...(uiPort === undefined ? {} : { uiUrl: `http://${HOST}:${uiPort}` }),
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
