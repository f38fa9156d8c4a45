import { z } from 'zod';
import { createdApiKeySchema } from './keys.ts';
import { limitSchema } from './limits.ts';

const tenantNameSchema = z.string().min(1).max(200);

export const createTenantSchema = z.strictObject({ name: tenantNameSchema });

export const createdTenantSchema = z.object({
  id: z.string(),
  name: z.string(),
  api_key: createdApiKeySchema.describe('The first key of the tenant, with scope admin.'),
});

/** The largest number that JSON carries exactly. */
const limitValueSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullable();

const weightSchema = z
  .int()
  .min(1)
  .max(100)
  .describe('How many places the tenant gets, against others that wait at the same time. The default is 1.');

export const patchTenantSchema = z.strictObject({
  name: tenantNameSchema.optional(),
  weight: weightSchema.optional(),
  limits: z
    .record(z.string(), limitValueSchema)
    .optional()
    .describe('New numbers by the names of `GET /v1/limits`. Null: the default holds again.'),
});

export const suspendTenantSchema = z.strictObject({
  sessions: z
    .enum(['pause', 'terminate'])
    .default('pause')
    .describe('`pause`: sessions wait, and go on when the tenant is resumed. `terminate`: they end.'),
});
export type SuspendedSessions = z.infer<typeof suspendTenantSchema>['sessions'];

const figures = z.record(z.string(), z.number());

/** A tenant as the operator sees it: how much it costs, and nothing of what it says. */
export const tenantSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    created_at: z.string(),
    status: z.enum(['active', 'suspended']),
    suspended_at: z.string().nullable(),
    suspended_sessions: suspendTenantSchema.shape.sessions
      .unwrap()
      .nullable()
      .describe('What becomes of its sessions.'),
    weight: weightSchema,
    sessions: z.object({ running: z.int(), idle: z.int() }),
    last_minute: figures.describe('What its work added up to in the last minute, such as `validation_cpu_ms`.'),
    held: figures.describe('What it holds at the moment in all processes, such as `streams`.'),
    limits: figures.describe('The limits that the operator set for it.'),
  })
  .meta({ id: 'Tenant' });
export type TenantResource = z.infer<typeof tenantSchema>;

export const tenantWithUseSchema = tenantSchema.extend({
  use: z
    .array(limitSchema)
    .describe('Every limit of the tenant with its use, as the tenant sees it at `GET /v1/limits`.'),
});
