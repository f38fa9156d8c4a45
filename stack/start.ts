import { baseUrlOf } from './base-url.ts';
import { bringUpSimulated, bringUpTemporal, type InfrastructureDeps } from './bring-up.ts';
import { StackError, sentenceOf } from './error.ts';
import { pickPort, requirePort } from './free-port.ts';
import {
  type KnownCredentials,
  NO_PIDS,
  readCredentials,
  type StackPids,
  writeCredentials,
} from './home/credentials.ts';
import { type OpenHome, openHome } from './home/open.ts';
import { oldSecretsAt, secretAt } from './home/secret-file.ts';
import { checkStackOptions, type StackOptions } from './options.ts';
import { prepareDatabase } from './prepare-database.ts';
import { resealOldSecrets } from './reseal-old-secrets.ts';
import { apiChild, type ServiceAddresses, workerChild } from './services/children.ts';
import { type ProcessControls, processControls } from './supervise/process-controls.ts';
import { createProcessTree, type ProcessTree } from './supervise/process-tree.ts';
import { reachTemporal } from './temporal/reach.ts';

const DEFAULT_HOST = '127.0.0.1';
const STARTED_IN = { all: 'the API and the worker', api: 'the API', worker: 'the worker' } as const;

/** A stack that serves. It restarts processes that end, and keeps `credentials.json` in the home current. */
export interface RunningStack extends ProcessControls {
  /** Address and key are absent in the role `worker`. */
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly simulatedUrl?: string;
  readonly home: string;
  pids(): StackPids;
  /** Drains and stops everything in the order api, worker, simulated provider, Temporal, Postgres. */
  stop(): Promise<void>;
  /** The same without draining. */
  stopNow(): Promise<void>;
}

/**
 * Starts everything that the options ask for. If it fails, or if `signal` aborts, it leaves nothing running.
 * @throws StackError
 */
export async function startStack(options: StackOptions, signal?: AbortSignal): Promise<RunningStack> {
  checkStackOptions(options);
  const opened = await openHome(options.home, options.log ?? (() => {}));
  const { home, log } = opened;
  let known: KnownCredentials = readCredentials(home.credentials);
  const tree = createProcessTree({ recordFile: home.processes, logFileOf: home.logOf, log, onChange: () => publish() });

  const pids = (): StackPids => ({
    supervisor: process.pid,
    api: tree.pid('api') ?? null,
    worker: tree.pid('worker') ?? null,
    temporal: tree.pid('temporal') ?? null,
    postgres: tree.pid('postgres') ?? null,
    simulated: tree.pid('simulated') ?? null,
  });
  const publish = (change: KnownCredentials = {}, current = pids()) => {
    known = { baseUrl: change.baseUrl ?? known.baseUrl, apiKey: change.apiKey ?? known.apiKey };
    // Without a key the file is of no use to anyone, and a program that waits for the file to appear would read half of it.
    if (known.apiKey === undefined && options.role !== 'worker') return;
    try {
      writeCredentials(home.credentials, known, current);
    } catch (error) {
      log(sentenceOf(error, home.dir));
    }
  };
  const close = async (end: () => Promise<void>) => {
    await end();
    publish({}, NO_PIDS);
    opened.close();
  };
  const stopNow = () => close(tree.stopNow);
  const abandon = () => void tree.stopNow();

  signal?.addEventListener('abort', abandon, { once: true });
  try {
    publish();
    const { credentials, ...addresses } = await start({ ...options, log }, opened, tree, known.apiKey, signal);
    publish(credentials);
    return {
      ...credentials,
      ...addresses,
      home: home.dir,
      pids,
      ...processControls(tree),
      stop: () => close(tree.stop),
      stopNow,
    };
  } catch (error) {
    await stopNow();
    throw error instanceof StackError ? error : new StackError(sentenceOf(error, home.dir), error);
  } finally {
    signal?.removeEventListener('abort', abandon);
  }
}

interface Started {
  readonly credentials: KnownCredentials;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly simulatedUrl?: string;
}

async function start(
  options: StackOptions,
  opened: OpenHome,
  tree: ProcessTree,
  existingKey?: string,
  signal?: AbortSignal,
): Promise<Started> {
  const role = options.role ?? 'all';
  const port = role === 'worker' ? undefined : await apiPort(options);
  // Read first: a sealing key that is made anew must not be made when the older ones cannot be read.
  const oldSealingKeys = [...(options.oldSealingKeys ?? []), ...oldSecretsAt(opened.home.oldSealingKeys)];
  const sealingKey = options.sealingKey ?? secretAt(opened.home.sealingKey);
  const deps = { ...opened, tree, env: options.env };
  const { apiKey, ...addresses } = await startDependencies(options, deps, existingKey, signal);
  const serviceAddresses: ServiceAddresses = { ...addresses, sealingKey, oldSealingKeys };
  if (options.databaseUrl === undefined) await resealOldSecrets({ ...serviceAddresses, log: opened.log });
  opened.log(`starting ${STARTED_IN[role]}`);
  const [baseUrl] = await Promise.all([
    port === undefined ? undefined : startApi(options, serviceAddresses, tree, port),
    role === 'api' ? undefined : tree.start(workerChild(options, serviceAddresses)),
  ]);
  return { credentials: { baseUrl, apiKey }, ...addresses };
}

/**
 * Postgres (then migrations and key), Temporal and the simulated provider, all in parallel. Those whose address is given are
 * not started.
 */
async function startDependencies(
  options: StackOptions,
  deps: InfrastructureDeps,
  existingKey?: string,
  signal?: AbortSignal,
) {
  const embedded = options.databaseUrl === undefined && options.temporalAddress === undefined;
  const simulated = options.simulatedUrl === undefined && (options.simulated ?? embedded);
  const failed = new AbortController();
  const waiting = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  try {
    const [database, temporalAddress, simulatedUrl] = await Promise.all([
      prepareDatabase(options, deps, existingKey),
      temporalAddressOf(options, deps, waiting),
      simulated ? bringUpSimulated(options.commands?.simulated, deps) : options.simulatedUrl,
    ]);
    return { ...database, temporalAddress, simulatedUrl };
  } catch (error) {
    failed.abort();
    throw error;
  }
}

/** Starts the Temporal of the stack, or waits until the one that is given takes connections. */
async function temporalAddressOf(
  options: StackOptions,
  deps: InfrastructureDeps,
  signal: AbortSignal,
): Promise<string> {
  const { temporalAddress: address } = options;
  if (address === undefined) return options.temporal?.(deps) ?? bringUpTemporal(options, deps);
  // The API serves without Temporal.
  if (options.role !== 'api') await (options.reachTemporal ?? reachTemporal)({ address, log: deps.log, signal });
  return address;
}

/** Checks the port before anything is started, so that a port in use is reported at once. */
async function apiPort({ port = 0, host = DEFAULT_HOST }: StackOptions): Promise<number> {
  if (port === 0) return pickPort(host);
  await requirePort(port, host);
  return port;
}

async function startApi(
  options: StackOptions,
  addresses: ServiceAddresses,
  tree: ProcessTree,
  port: number,
): Promise<string> {
  const reported = await tree.start(apiChild(options, addresses, port));
  return baseUrlOf(options.host ?? DEFAULT_HOST, reported ?? port);
}
