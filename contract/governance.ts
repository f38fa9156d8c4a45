import { z } from 'zod';
import { lifecycleStateSchema } from './agents.ts';
import { auditKindSchema } from './audit.ts';
import { pageQuerySchema } from './fields.ts';
import { memoryBlockSchema } from './memory.ts';
import { governanceSettingsSchema } from './tool-policy.ts';

/** The query of `GET /v1/governance/audit`: its names are those of the published client. */
export const governanceAuditQuerySchema = pageQuerySchema.extend({
  block: memoryBlockSchema.optional().describe('Only changes of memory entries of this block.'),
  operation: z
    .string()
    .regex(/^[a-z_]{1,60}(\.[a-z_]{1,60})?$/, 'must be an action, as `memory.create`, or its last part, as `create`')
    .optional()
    .describe('An `action`, as `memory.create`, or its last part: `create` of anything.'),
});

const count = z.int().min(0);

/** How many days the figures of the audit go back. */
export const AUDIT_FIGURE_DAYS = 30;

export const governanceSummarySchema = z
  .object({
    agents: z.record(lifecycleStateSchema, count),
    sessions_paused_at: z.string().optional().describe('Since when all sessions are to pause. Absent: they are not.'),
    memory: z.object({
      entries: count,
      pinned: count,
      tokens: count,
      blocks: z.array(z.object({ block: memoryBlockSchema, entries: count, tokens: count })),
    }),
    tools: governanceSettingsSchema.extend({
      servers: count.describe('Without those that are built in.'),
      policies: count,
      quarantined: count.describe('Tools whose server defines them otherwise than they were pinned.'),
    }),
    approvals: z.object({ pending: count }),
    guardrails: z.object({ rules: count.describe('Those that hold for every agent.'), providers: count }),
  })
  .meta({ id: 'GovernanceSummary' });

export const auditStatsSchema = z
  .object({
    days: z.literal(AUDIT_FIGURE_DAYS).describe('The figures are of so many days up to now.'),
    entries: count,
    by_kind: z.array(z.object({ kind: auditKindSchema, entries: count })),
    by_operation: z.array(z.object({ operation: z.string(), entries: count })).describe('The most frequent first.'),
    by_block: z
      .array(z.object({ block: memoryBlockSchema, entries: count }))
      .describe('Changes of memory entries, by their block.'),
    denied: count.describe('Tool calls that policy refused.'),
  })
  .meta({ id: 'AuditStats' });
