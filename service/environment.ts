import { z } from 'zod';
import { httpUrlSchema } from '../contract/fields.ts';
import { parseEgressAllow } from '../models/egress-guard.ts';
import type { EnvironmentProviders } from '../models/model-registry.ts';

/** What api and worker both read from their environment. */
export interface ServiceEnvironment {
  readonly databaseUrl: string;
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly apiKey?: string;
    readonly tls?: boolean;
  };
  /** 64 hexadecimal characters. */
  readonly sealingKey: string;
  /** Private hosts that addresses of users may name all the same; the simulated provider's own is among them. */
  readonly egressAllow: readonly string[];
  readonly providers: EnvironmentProviders;
  /** How long a tool of an external server may take. */
  readonly toolTimeoutMs: number;
  /** How long a session is kept after its end. Absent: for ever. */
  readonly retentionMs?: number;
}

const text = z.string().min(1).optional().catch(undefined);

const MAX_RETENTION_DAYS = 36_500;
const DAY_MS = 24 * 3600 * 1000;

const environmentSchema = z.object({
  DATABASE_URL: z.string({ error: 'names the Postgres database and is not set' }).min(1),
  TEMPORAL_ADDRESS: z.string({ error: 'names the Temporal server (host:port) and is not set' }).min(1),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_API_KEY: text,
  TEMPORAL_TLS: z.enum(['0', '1', 'false', 'true']).optional(),
  AGENT_RUNS_SEALING_KEY: z
    .string({ error: 'seals stored secrets and is not set: give it 64 hexadecimal characters' })
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal characters'),
  AGENT_RUNS_EGRESS_ALLOW: z.string().optional(),
  AGENT_RUNS_SIMULATED_URL: text,
  AGENT_RUNS_TOOL_TIMEOUT_S: z.coerce.number('must be a number of seconds').min(1).max(600).default(60),
  AGENT_RUNS_RETENTION_DAYS: z.preprocess(
    (value) => (value === '' ? undefined : value),
    z.coerce
      .number('must be a number of days')
      .positive('must be more than 0 days')
      .max(MAX_RETENTION_DAYS, `must be at most ${MAX_RETENTION_DAYS} days`)
      .optional(),
  ),
  ANTHROPIC_API_KEY: text,
  OPENAI_API_KEY: text,
  // Shown to every tenant.
  OPENAI_BASE_URL: z.preprocess((value) => (value === '' ? undefined : value), httpUrlSchema.optional()),
  GOOGLE_GENERATIVE_AI_API_KEY: text,
});

/** @throws Error that names every variable that is missing or wrong, and what it should be. */
export function readServiceEnvironment(env: NodeJS.ProcessEnv): ServiceEnvironment {
  const parsed = environmentSchema.safeParse(env);
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`).join(' '));
  }
  const { data } = parsed;
  const retentionDays = data.AGENT_RUNS_RETENTION_DAYS;
  const tls = data.TEMPORAL_TLS === '1' || data.TEMPORAL_TLS === 'true' || data.TEMPORAL_API_KEY !== undefined;
  return {
    databaseUrl: data.DATABASE_URL,
    temporal: {
      address: data.TEMPORAL_ADDRESS,
      namespace: data.TEMPORAL_NAMESPACE,
      ...(data.TEMPORAL_API_KEY === undefined ? {} : { apiKey: data.TEMPORAL_API_KEY }),
      ...(tls ? { tls } : {}),
    },
    sealingKey: data.AGENT_RUNS_SEALING_KEY,
    egressAllow: [...parseEgressAllow(data.AGENT_RUNS_EGRESS_ALLOW), ...hostOf(data.AGENT_RUNS_SIMULATED_URL)],
    toolTimeoutMs: Math.round(data.AGENT_RUNS_TOOL_TIMEOUT_S * 1_000),
    ...(retentionDays === undefined ? {} : { retentionMs: retentionDays * DAY_MS }),
    providers: {
      ...(data.ANTHROPIC_API_KEY === undefined ? {} : { anthropicKey: data.ANTHROPIC_API_KEY }),
      ...(data.OPENAI_API_KEY === undefined ? {} : { openaiKey: data.OPENAI_API_KEY }),
      ...(data.OPENAI_BASE_URL === undefined ? {} : { openaiBaseUrl: data.OPENAI_BASE_URL }),
      ...(data.GOOGLE_GENERATIVE_AI_API_KEY === undefined ? {} : { googleKey: data.GOOGLE_GENERATIVE_AI_API_KEY }),
      ...(data.AGENT_RUNS_SIMULATED_URL === undefined ? {} : { simulatedUrl: data.AGENT_RUNS_SIMULATED_URL }),
    },
  };
}

function hostOf(url: string | undefined): string[] {
  return url === undefined || !URL.canParse(url) ? [] : [new URL(url).host];
}
