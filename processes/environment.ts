import { z } from 'zod';
import type { TemporalAddress } from '../temporal/temporal-address.ts';
import { parseEgressAllow } from './egress-guard.ts';
import { EMBEDDINGS_SECRET, type EmbeddingsSettings, embeddingsSettingsSchema } from './embeddings-settings.ts';
import { type OtelSettings, otelSettingsSchema } from './otel-settings.ts';
import { type ProviderSettings, type ProviderVariables, providerSettingsSchema } from './provider-settings.ts';
import { parseRateLimit, type RateLimit } from './rate-limit.ts';
import { readSecretFiles } from './secret-files.ts';
import { SettingError } from './setting-error.ts';
import {
  apiKeySchema,
  flagSchema,
  parseDatabaseUrl,
  parsedBy,
  parseHttpUrl,
  parseOrigins,
  parsePort,
  parseTemporalAddress,
  requiredAs,
} from './setting-formats.ts';
import { parseStdioCommands, type StdioCommands } from './stdio-commands.ts';

/** The settings that API and worker read from their environment. */
export interface ServiceEnvironment {
  readonly databaseUrl: string;
  readonly temporal: TemporalAddress;
  /** 64 hexadecimal characters. */
  readonly sealingKey: string;
  /** Keys under which secrets were sealed before. */
  readonly oldSealingKeys: readonly string[];
  /** Where the api listens. Port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** The port at which the api serves its figures without a key, on the same address. Absent: at none. */
  readonly metricsPort?: number | undefined;
  /** The port at which the worker answers for its health and serves its figures, on the same address. Absent: at none. */
  readonly workerPort?: number | undefined;
  /** The address under which browsers reach the api, without a slash at its end. Absent: none is set. */
  readonly publicUrl?: string | undefined;
  /** Origins whose pages may call the api. */
  readonly corsOrigins: readonly string[];
  /** Private hosts that addresses of users may name all the same; the host of the simulated provider is among them. */
  readonly egressAllow: readonly string[];
  readonly providers: readonly ProviderSettings[];
  /** The commands that may be registered and started as MCP servers over stdio. */
  readonly stdioCommands: StdioCommands;
  /** How long the event loop of a worker may stand still before the worker ends itself. */
  readonly workerHangMs: number;
  /** How long a tool of an external server may take. */
  readonly toolTimeoutMs: number;
  /** The longest time that a tool may take if its server reports progress. */
  readonly toolLongestMs: number;
  /** The time for which an interrupted session waits for a tool call that may have had an effect. */
  readonly toolCancelWaitMs: number;
  /** How many calls to models, and to tools of external servers, a worker has under way at once. */
  readonly modelCallsAtOnce: number;
  readonly toolCallsAtOnce: number;
  /** How long a session is kept after its end. Absent: for ever. */
  readonly retentionMs?: number | undefined;
  /** The limit for each API key. Absent: none. */
  readonly rateLimit?: RateLimit | undefined;
  /** The model that makes vectors of texts. Absent: memory is searched by words alone. */
  readonly embeddings?: EmbeddingsSettings | undefined;
  /** What is sent to a collector of OpenTelemetry. Absent: nothing. */
  readonly otel?: OtelSettings | undefined;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const MAX_RETENTION_DAYS = 36_500;
const DAY_MS = 24 * 3600 * 1000;

const databaseUrlSchema = requiredAs(parseDatabaseUrl, 'names the Postgres database and is not set');
const SEALING_KEY = /^[0-9a-fA-F]{64}$/;
const sealingKeySchema = z
  .string({ error: 'seals stored secrets and is not set: give it 64 hexadecimal characters' })
  .regex(SEALING_KEY, 'must be 64 hexadecimal characters (as from "openssl rand -hex 32")');
/** Keys that are separated by commas or white space. */
export const oldSealingKeysSchema = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,]+/).filter((key) => key !== ''))
  .refine(
    (keys) => keys.every((key) => SEALING_KEY.test(key)),
    'must be sealing keys of 64 hexadecimal characters each, separated by commas',
  );
const temporalAddressSchema = requiredAs(parseTemporalAddress, 'names the Temporal server (host:port) and is not set');

const callsAtOnceSchema = z.coerce
  .number('must be a number of calls')
  .int('must be a whole number of calls')
  .min(1, 'must be at least 1 call')
  .max(10_000, 'must be at most 10000 calls');

const temporalSchema = z.object({
  TEMPORAL_ADDRESS: temporalAddressSchema,
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_API_KEY: apiKeySchema,
  TEMPORAL_TLS: flagSchema,
});

const environmentSchema = temporalSchema.extend({
  DATABASE_URL: databaseUrlSchema,
  AGENT_RUNS_SEALING_KEY: sealingKeySchema,
  AGENT_RUNS_SEALING_KEYS_OLD: oldSealingKeysSchema,
  PORT: parsedBy(parsePort),
  AGENT_RUNS_METRICS_PORT: parsedBy((text) => (text === undefined ? undefined : parsePort(text))),
  AGENT_RUNS_WORKER_PORT: parsedBy((text) => (text === undefined ? undefined : parsePort(text))),
  // Whether this machine can listen there is found out by listening.
  AGENT_RUNS_HOST: z.string().default('127.0.0.1'),
  AGENT_RUNS_PUBLIC_URL: parsedBy(parseHttpUrl),
  AGENT_RUNS_CORS_ORIGINS: parsedBy(parseOrigins),
  AGENT_RUNS_EGRESS_ALLOW: parsedBy(parseEgressAllow),
  AGENT_RUNS_STDIO_COMMANDS: parsedBy(parseStdioCommands),
  AGENT_RUNS_SIMULATED_URL: parsedBy(parseHttpUrl),
  AGENT_RUNS_WORKER_HANG_S: z.coerce
    .number('must be a number of seconds')
    .min(2, 'must be at least 2 seconds')
    .max(600, 'must be at most 600 seconds')
    .default(20),
  AGENT_RUNS_TOOL_TIMEOUT_S: z.coerce
    .number('must be a number of seconds')
    .min(1, 'must be at least 1 second')
    .max(600, 'must be at most 600 seconds')
    .default(60),
  // An activity that calls a tool may take 15 minutes (workflows/agent-session.ts).
  AGENT_RUNS_TOOL_LONGEST_S: z.coerce
    .number('must be a number of seconds')
    .min(1, 'must be at least 1 second')
    .max(840, 'must be at most 840 seconds')
    .default(600),
  AGENT_RUNS_TOOL_CANCEL_S: z.coerce
    .number('must be a number of seconds')
    .min(0, 'must not be negative')
    .max(60, 'must be at most 60 seconds')
    .default(3),
  AGENT_RUNS_MODEL_CALLS_AT_ONCE: callsAtOnceSchema.default(400),
  AGENT_RUNS_TOOL_CALLS_AT_ONCE: callsAtOnceSchema.default(300),
  AGENT_RUNS_RETENTION_DAYS: z.coerce
    .number('must be a number of days')
    .positive('must be more than 0 days')
    .max(MAX_RETENTION_DAYS, `must be at most ${MAX_RETENTION_DAYS} days`)
    .optional(),
  AGENT_RUNS_RATE_LIMIT: parsedBy(parseRateLimit),
  // The log is made before this is checked, because it has to say what is wrong.
  AGENT_RUNS_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).optional(),
});

/** What a supervisor reads: it can do without what it can start or make itself. */
const supervisorSchema = environmentSchema.extend({
  DATABASE_URL: parsedBy((text) => (text === undefined ? undefined : parseDatabaseUrl(text))),
  TEMPORAL_ADDRESS: parsedBy((text) => (text === undefined ? undefined : parseTemporalAddress(text))),
  AGENT_RUNS_SEALING_KEY: sealingKeySchema.optional(),
  AGENT_RUNS_HOME: z.string().optional(),
  AGENT_RUNS_ROLE: z.enum(['all', 'api', 'worker'], 'must be api, worker or all').default('all'),
  AGENT_RUNS_SIMULATED: flagSchema,
  AGENT_RUNS_SIMULATED_DELAYS: z.enum(['typical', 'none'], 'must be typical or none').optional(),
  AGENT_RUNS_TEMPORAL_UI: flagSchema,
});

/** The settings of a supervisor and of the services that it starts. */
export interface SupervisorEnvironment {
  readonly settings: z.infer<typeof supervisorSchema>;
  /** The environment for its services: without empty variables, and with secrets in place of the files that hold them. */
  readonly env: NodeJS.ProcessEnv;
  readonly embeddings: EmbeddingsSettings | undefined;
}

/**
 * @param kinds the variables that connect providers, for each kind that has some
 * @throws SettingError that names every setting that is missing or wrong, and says what it should be
 */
export function readSupervisorEnvironment(
  environment: NodeJS.ProcessEnv,
  kinds: readonly ProviderVariables[],
): SupervisorEnvironment {
  const { env, data, embeddings } = parseEnvironment(supervisorSchema, environment, kinds);
  return { env, settings: data, embeddings };
}

/** For an entry point that needs the database and what is sealed in it. @throws SettingError as readServiceEnvironment does */
export function readSealingEnvironment(
  environment: NodeJS.ProcessEnv,
): Pick<ServiceEnvironment, 'databaseUrl' | 'sealingKey' | 'oldSealingKeys'> {
  const { data } = parseEnvironment(
    z.object({
      DATABASE_URL: databaseUrlSchema,
      AGENT_RUNS_SEALING_KEY: sealingKeySchema,
      AGENT_RUNS_SEALING_KEYS_OLD: oldSealingKeysSchema,
    }),
    environment,
    [],
  );
  return {
    databaseUrl: data.DATABASE_URL,
    sealingKey: data.AGENT_RUNS_SEALING_KEY,
    oldSealingKeys: data.AGENT_RUNS_SEALING_KEYS_OLD,
  };
}

/** For an entry point that needs nothing but Temporal. @throws SettingError as readServiceEnvironment does */
export function readTemporalEnvironment(environment: NodeJS.ProcessEnv): ServiceEnvironment['temporal'] {
  return temporalOf(parseEnvironment(temporalSchema, environment, []).data);
}

function temporalOf(data: z.infer<typeof temporalSchema>): ServiceEnvironment['temporal'] {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TEMPORAL_API_KEY: apiKey } = data;
  return { address, namespace, apiKey, tls: data.TEMPORAL_TLS === true || apiKey !== undefined ? true : undefined };
}

/** For an entry point that needs nothing but the database. @throws SettingError as readServiceEnvironment does */
export function readDatabaseUrl(environment: NodeJS.ProcessEnv): string {
  return parseEnvironment(z.object({ DATABASE_URL: databaseUrlSchema }), environment, []).data.DATABASE_URL;
}

/** For the entry point that migrates. @throws SettingError as readServiceEnvironment does */
export function readMigrationEnvironment(
  environment: NodeJS.ProcessEnv,
): Pick<ServiceEnvironment, 'databaseUrl' | 'embeddings'> {
  const { data, embeddings } = parseEnvironment(z.object({ DATABASE_URL: databaseUrlSchema }), environment, []);
  return { databaseUrl: data.DATABASE_URL, embeddings };
}

/**
 * @param kinds the variables that connect providers, for each kind that has some
 * @throws SettingError that names every setting that is missing or wrong, and says what it should be
 */
export function readServiceEnvironment(
  environment: NodeJS.ProcessEnv,
  kinds: readonly ProviderVariables[],
): ServiceEnvironment {
  const { data, providers, embeddings, otel } = parseEnvironment(environmentSchema, environment, kinds);
  const retentionDays = data.AGENT_RUNS_RETENTION_DAYS;
  return {
    databaseUrl: data.DATABASE_URL,
    temporal: temporalOf(data),
    sealingKey: data.AGENT_RUNS_SEALING_KEY,
    oldSealingKeys: data.AGENT_RUNS_SEALING_KEYS_OLD,
    listen: { host: data.AGENT_RUNS_HOST, port: data.PORT },
    metricsPort: data.AGENT_RUNS_METRICS_PORT,
    workerPort: data.AGENT_RUNS_WORKER_PORT,
    publicUrl: data.AGENT_RUNS_PUBLIC_URL?.replace(/\/+$/, ''),
    corsOrigins: data.AGENT_RUNS_CORS_ORIGINS,
    egressAllow: [...data.AGENT_RUNS_EGRESS_ALLOW, ...hostOf(data.AGENT_RUNS_SIMULATED_URL)],
    stdioCommands: data.AGENT_RUNS_STDIO_COMMANDS,
    workerHangMs: Math.round(data.AGENT_RUNS_WORKER_HANG_S * 1_000),
    toolTimeoutMs: Math.round(data.AGENT_RUNS_TOOL_TIMEOUT_S * 1_000),
    toolLongestMs: Math.round(data.AGENT_RUNS_TOOL_LONGEST_S * 1_000),
    toolCancelWaitMs: Math.round(data.AGENT_RUNS_TOOL_CANCEL_S * 1_000),
    modelCallsAtOnce: data.AGENT_RUNS_MODEL_CALLS_AT_ONCE,
    toolCallsAtOnce: data.AGENT_RUNS_TOOL_CALLS_AT_ONCE,
    retentionMs: retentionDays === undefined ? undefined : retentionDays * DAY_MS,
    rateLimit: data.AGENT_RUNS_RATE_LIMIT,
    embeddings,
    otel,
    providers,
  };
}

/** The settings of ours that may hold a secret, besides the keys of providers. Each may name a file instead, as NAME_FILE. */
const SECRETS = ['DATABASE_URL', 'AGENT_RUNS_SEALING_KEY', 'AGENT_RUNS_SEALING_KEYS_OLD', 'TEMPORAL_API_KEY'];

function parseEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  environment: NodeJS.ProcessEnv,
  kinds: readonly ProviderVariables[],
): {
  env: NodeJS.ProcessEnv;
  data: z.infer<Schema>;
  providers: readonly ProviderSettings[];
  embeddings: EmbeddingsSettings | undefined;
  otel: OtelSettings | undefined;
} {
  const keys = kinds.flatMap(({ apiKey }) => apiKey ?? []);
  const asked = [...SECRETS.filter((name) => name in schema.shape), EMBEDDINGS_SECRET, ...keys];
  const read = readSecretFiles(environment, asked);
  const env = withoutEmpty(read.env);
  const data = schema.safeParse(env);
  const providers = providerSettingsSchema(kinds).safeParse(env);
  const embeddings = embeddingsSettingsSchema.safeParse(env);
  const otel = otelSettingsSchema.safeParse(env);
  const succeeded = data.success && providers.success && embeddings.success && otel.success;
  if (succeeded && read.problems.size === 0) {
    return { env, data: data.data, providers: providers.data, embeddings: embeddings.data, otel: otel.data };
  }
  const found = [data, providers, embeddings, otel].flatMap(({ error }) => error?.issues ?? []);
  const issues = found.flatMap(({ path, message }) => {
    const name = path.join('.');
    return read.problems.has(name) ? [] : [`${name} ${message}.`];
  });
  // The simulated provider's address is read by two schemas, and said to be wrong by both.
  throw new SettingError([...new Set([...read.problems.values(), ...issues])].join(' '));
}

/** Without the variables that are empty: those count as absent. */
function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

function hostOf(url: string | undefined): string[] {
  return url === undefined ? [] : [new URL(url).host];
}
