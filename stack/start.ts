import { baseUrlOf } from './base-url.ts';
import { bringUpPostgres, bringUpSimulated, bringUpTemporal, type InfrastructureDeps } from './bring-up.ts';
import { StackError, sentenceOf, systemErrorCode } from './error.ts';
import { pickPort, requirePort } from './free-port.ts';
import {
  type KnownCredentials,
  NO_PIDS,
  readCredentials,
  type StackPids,
  writeCredentials,
} from './home/credentials.ts';
import { type OpenHome, openHome } from './home/open.ts';
import { secretAt } from './home/secret-file.ts';
import { checkStackOptions, type StackOptions } from './options.ts';
import { DATABASE_PREPARATION } from './prepare-database.ts';
import { apiChild, type ServiceAddresses, workerChild } from './services/children.ts';
import { type ProcessControls, processControls } from './supervise/process-controls.ts';
import { createProcessTree, type ProcessTree } from './supervise/process-tree.ts';
import { reachTemporal } from './temporal/reach.ts';

const DEFAULT_HOST = '127.0.0.1';
const STARTED_IN = { all: 'the API and the worker', api: 'the API', worker: 'the worker' } as const;

/** A stack that serves. Processes that end are started again; `credentials.json` in the home is kept current. */
export interface RunningStack extends ProcessControls {
  /** Absent in the role `worker`, as is the key. */
  readonly baseUrl?: string;
  readonly apiKey?: string;
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
 * Starts everything the options ask for; nothing is left running when it fails or `signal` aborts.
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
    known = { ...known, ...change };
    // Until there is a key the file would help nobody, and those who wait for it to appear would find half of it.
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
    const { temporalAddress: address } = options;
    // The API serves without Temporal.
    if (address !== undefined && options.role !== 'api') {
      await (options.reachTemporal ?? reachTemporal)({ address, log, ...(signal === undefined ? {} : { signal }) });
    }
    const { credentials, ...addresses } = await start({ ...options, log }, opened, tree, known.apiKey);
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
): Promise<Started> {
  const role = options.role ?? 'all';
  const port = role === 'worker' ? undefined : await apiPort(options);
  const sealingKey = options.sealingKey ?? secretAt(opened.home.sealingKey);
  const { apiKey, ...addresses } = await startDependencies(options, { ...opened, tree, env: options.env }, existingKey);
  const serviceAddresses: ServiceAddresses = { ...addresses, sealingKey };
  opened.log(`starting ${STARTED_IN[role]}`);
  const [baseUrl] = await Promise.all([
    port === undefined ? undefined : startApi(options, serviceAddresses, tree, port),
    role === 'api' ? undefined : tree.start(workerChild(options, serviceAddresses)),
  ]);
  return {
    credentials: { ...(baseUrl === undefined ? {} : { baseUrl }), ...(apiKey === undefined ? {} : { apiKey }) },
    ...addresses,
  };
}

/** Postgres (then migrations and key), Temporal and the simulated provider, all in parallel; those given by address are not started. */
async function startDependencies(options: StackOptions, deps: InfrastructureDeps, existingKey?: string) {
  const embedded = options.databaseUrl === undefined && options.temporalAddress === undefined;
  const simulated = options.simulatedUrl === undefined && (options.simulated ?? embedded);
  const [database, temporalAddress, simulatedUrl] = await Promise.all([
    prepareDatabase(options, deps, existingKey),
    options.temporalAddress ?? bringUpTemporal(options, deps),
    simulated ? bringUpSimulated(options.commands?.simulated, deps) : options.simulatedUrl,
  ]);
  return { ...database, temporalAddress, ...(simulatedUrl === undefined ? {} : { simulatedUrl }) };
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);

async function prepareDatabase(
  options: StackOptions,
  deps: InfrastructureDeps,
  existingKey?: string,
): Promise<{ databaseUrl: string; apiKey?: string }> {
  const databaseUrl = options.databaseUrl ?? (await bringUpPostgres(deps));
  const database = options.database ?? DATABASE_PREPARATION;
  await database.migrate(databaseUrl).catch((error) => {
    if (options.databaseUrl === undefined || !UNREACHABLE.has(systemErrorCode(error) ?? '')) throw error;
    throw new StackError(`The Postgres of DATABASE_URL cannot be reached (${systemErrorCode(error)}).`, error);
  });
  if (options.role === 'worker') return { databaseUrl };
  const { apiKey } = await database.ensureFirstTenant({
    databaseUrl,
    ...(existingKey === undefined ? {} : { existingKey }),
  });
  deps.log('the database is up to date');
  return { databaseUrl, apiKey };
}

/** Checked before anything is started, so that a port in use is said at once. */
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
