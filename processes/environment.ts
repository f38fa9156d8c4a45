import { z } from 'zod';
import type { TemporalAddress } from '../temporal/temporal-address.ts';
import { parseEgressAllow } from './egress-guard.ts';
import { type ProviderSettings, type ProviderVariables, providerSettingsSchema } from './provider-settings.ts';
import { parseRateLimit, type RateLimit } from './rate-limit.ts';

/** The settings that API and worker both read from their environment. */
export interface ServiceEnvironment {
  readonly databaseUrl: string;
  readonly temporal: TemporalAddress;
  /** 64 hexadecimal characters. */
  readonly sealingKey: string;
  /** Private hosts that addresses of users may name all the same; the simulated provider's own is among them. */
  readonly egressAllow: readonly string[];
  readonly providers: readonly ProviderSettings[];
  /** How long a tool of an external server may take. */
  readonly toolTimeoutMs: number;
  /** How long a session is kept after its end. Absent: for ever. */
  readonly retentionMs?: number;
  /** Of each API key. Absent: none. */
  readonly rateLimit?: RateLimit;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const text = z.string().optional();

/** A setting that is on or off. */
export const flagSchema = z
  .enum(['1', '0', 'true', 'false'], 'must be 1 or 0 (or true or false)')
  .transform((word) => word === '1' || word === 'true')
  .optional();

const MAX_RETENTION_DAYS = 36_500;
const DAY_MS = 24 * 3600 * 1000;

const environmentSchema = z.object({
  DATABASE_URL: z.string({ error: 'names the Postgres database and is not set' }),
  TEMPORAL_ADDRESS: z.string({ error: 'names the Temporal server (host:port) and is not set' }),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_API_KEY: text,
  TEMPORAL_TLS: flagSchema,
  AGENT_RUNS_SEALING_KEY: z
    .string({ error: 'seals stored secrets and is not set: give it 64 hexadecimal characters' })
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal characters'),
  AGENT_RUNS_EGRESS_ALLOW: parsedBy(parseEgressAllow),
  AGENT_RUNS_SIMULATED_URL: text,
  AGENT_RUNS_TOOL_TIMEOUT_S: z.coerce
    .number('must be a number of seconds')
    .min(1, 'must be at least 1 second')
    .max(600, 'must be at most 600 seconds')
    .default(60),
  AGENT_RUNS_RETENTION_DAYS: z.coerce
    .number('must be a number of days')
    .positive('must be more than 0 days')
    .max(MAX_RETENTION_DAYS, `must be at most ${MAX_RETENTION_DAYS} days`)
    .optional(),
  AGENT_RUNS_RATE_LIMIT: parsedBy(parseRateLimit),
  // Read before everything else, by what would log that something here is wrong.
  AGENT_RUNS_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).optional(),
});

/** What a supervisor gives its services itself. */
const settingsSchema = environmentSchema.omit({
  DATABASE_URL: true,
  TEMPORAL_ADDRESS: true,
  AGENT_RUNS_SEALING_KEY: true,
});

/** Without the variables that are empty: those count as absent. */
export function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

/**
 * Checks the settings that the services of a supervisor would refuse, before it starts any of them.
 * @throws Error as readServiceEnvironment does
 */
export function checkServiceSettings(env: NodeJS.ProcessEnv, kinds: readonly ProviderVariables[]): void {
  parseEnvironment(settingsSchema, env, kinds);
}

/**
 * @param kinds the variables that connect providers, for each kind that has some
 * @throws Error that names every variable that is missing or wrong, and says what it should be
 */
export function readServiceEnvironment(
  env: NodeJS.ProcessEnv,
  kinds: readonly ProviderVariables[],
): ServiceEnvironment {
  const { data, providers } = parseEnvironment(environmentSchema, env, kinds);
  const retentionDays = data.AGENT_RUNS_RETENTION_DAYS;
  const rateLimit = data.AGENT_RUNS_RATE_LIMIT;
  const tls = data.TEMPORAL_TLS === true || data.TEMPORAL_API_KEY !== undefined;
  return {
    databaseUrl: data.DATABASE_URL,
    temporal: {
      address: data.TEMPORAL_ADDRESS,
      namespace: data.TEMPORAL_NAMESPACE,
      ...(data.TEMPORAL_API_KEY === undefined ? {} : { apiKey: data.TEMPORAL_API_KEY }),
      ...(tls ? { tls } : {}),
    },
    sealingKey: data.AGENT_RUNS_SEALING_KEY,
    egressAllow: [...data.AGENT_RUNS_EGRESS_ALLOW, ...hostOf(data.AGENT_RUNS_SIMULATED_URL)],
    toolTimeoutMs: Math.round(data.AGENT_RUNS_TOOL_TIMEOUT_S * 1_000),
    ...(retentionDays === undefined ? {} : { retentionMs: retentionDays * DAY_MS }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    providers,
  };
}

function parseEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
  kinds: readonly ProviderVariables[],
): { data: z.infer<Schema>; providers: readonly ProviderSettings[] } {
  const present = withoutEmpty(env);
  const data = schema.safeParse(present);
  const providers = providerSettingsSchema(kinds).safeParse(present);
  if (data.success && providers.success) return { data: data.data, providers: providers.data };
  const issues = [...(data.error?.issues ?? []), ...(providers.error?.issues ?? [])];
  throw new Error(issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`).join(' '));
}

/** A setting that has a parser of its own; what that throws is what the setting should be. */
function parsedBy<Value>(parse: (text: string | undefined) => Value) {
  return z
    .string()
    .optional()
    .transform((text, context) => {
      try {
        return parse(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    });
}

function hostOf(url: string | undefined): string[] {
  return url === undefined || !URL.canParse(url) ? [] : [new URL(url).host];
}
