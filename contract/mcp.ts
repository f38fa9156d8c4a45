import { z } from 'zod';
import { toolVerdictSchema } from './events.ts';
import { httpUrlSchema, pageQuerySchema, pageSchema } from './fields.ts';
import { oauthRequestSchema, oauthResourceSchema } from './mcp-oauth.ts';
import { quarantinedToolSchema } from './mcp-pins.ts';
import { mcpServerHealthSchema } from './mcp-server-health.ts';
import { maskedSchema, serverAuthSchema, serverEnvSchema, serverHeadersSchema } from './mcp-server-secrets.ts';

export const mcpTransportSchema = z.enum(['stdio', 'streamable-http', 'sse']);
export type McpServerTransport = z.infer<typeof mcpTransportSchema>;

const kept = 'Left out of a PUT, what is stored is kept; null removes it.';

/** The fields of a server that belong to one kind of transport only. */
const OVER_HTTP = ['url', 'auth', 'headers', 'oauth'] as const;
const OVER_STDIO = ['command', 'args', 'env'] as const;

export const mcpServerRequestSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 characters of letters, digits, dash and underscore'),
    transport: mcpTransportSchema,
    url: httpUrlSchema.nullable().optional().describe('Contains no credentials: they are given as `auth`.'),
    command: z
      .string()
      .min(1)
      .max(1_000)
      .nullable()
      .optional()
      .describe('Command and `args` must be on the list of the operator (`AGENT_RUNS_STDIO_COMMANDS`).'),
    args: z.array(z.string().max(4_000)).max(100).optional(),
    auth: serverAuthSchema
      .nullable()
      .optional()
      .describe(`The value of the Authorization header. It is sealed at rest. ${kept}`),
    headers: serverHeadersSchema
      .nullable()
      .optional()
      .describe(`Sent with every request over HTTP. They are sealed at rest and shown masked. ${kept}`),
    oauth: oauthRequestSchema
      .nullable()
      .optional()
      .describe(`Lets the service get tokens for the server. It takes the place of \`auth\`. ${kept}`),
    env: serverEnvSchema
      .nullable()
      .optional()
      .describe(`Variables for a server over stdio. They are sealed at rest and shown masked. ${kept}`),
  })
  .superRefine((server, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    const needed = server.transport === 'stdio' ? 'command' : 'url';
    if (server[needed] === undefined || server[needed] === null) {
      refuse(
        needed,
        server.transport === 'stdio' ? 'is required when transport is stdio' : 'is required unless transport is stdio',
      );
    }
    if (isGiven(server.auth) && isGiven(server.oauth)) refuse('oauth', 'takes the place of auth: give one of them');
    // A field that has no effect is refused. What an answer shows for it (null, no args, no headers) may be sent back.
    for (const field of server.transport === 'stdio' ? OVER_HTTP : OVER_STDIO) {
      if (isGiven(server[field])) refuse(field, `has no effect when transport is ${server.transport}`);
    }
  })
  .meta({ id: 'McpServerRequest' });

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && (typeof value !== 'object' || Object.keys(value).length > 0);
}

export const toolEffectSchema = z.enum(['read', 'write', 'egress']);
export type ToolEffect = z.infer<typeof toolEffectSchema>;

export const mcpToolSchema = z
  .object({
    server_id: z.string(),
    server: z.string(),
    name: z.string().describe('What its server calls it.'),
    model_name: z.string().describe('What models and events call it.'),
    names: z
      .array(z.string())
      .describe('All that a policy and the `tools` of a run may call it: `server/tool`, its own name, that of models.'),
    description: z.string(),
    input_schema: z.record(z.string(), z.unknown()),
    hash: z.string().describe('SHA-256 of its name, description and input schema as its server sent them.'),
    repairs: z
      .array(z.string())
      .describe('How `input_schema` differs from what its server sent, which is no valid JSON Schema.'),
    effect: toolEffectSchema,
    idempotent: z.boolean(),
    verdict: toolVerdictSchema.describe(
      'What policy says of the tool now. The arguments of a call may be judged stricter.',
    ),
    rule: z.string().describe('What says so: the id of a policy, `default`, or `pin` for a tool in quarantine.'),
  })
  .meta({ id: 'McpTool' });
export type McpToolResource = z.infer<typeof mcpToolSchema>;

export const withheldToolSchema = z
  .object({
    tool: z.string().describe('Its name, or its place in the list (`#3`) where it has none.'),
    reason: z.enum([
      'not_an_object',
      'unusable_name',
      'listed_twice',
      'too_large',
      'unusable_schema',
      'costly_schema',
      'needs_task',
    ]),
    message: z.string().describe('What is wrong with it.'),
  })
  .meta({ id: 'WithheldMcpTool' });
export type WithheldReason = z.infer<typeof withheldToolSchema>['reason'];

const listingFields = {
  withheld: z
    .array(withheldToolSchema)
    .describe('Tools that the server listed at its last discovery and that are not offered, up to 100 of them.'),
  warnings: z.array(z.string()).describe('What is odd about its listing as a whole.'),
};

export const mcpServerSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    transport: z.enum(['bundled', ...mcpTransportSchema.options]),
    url: z.string().nullable(),
    command: z.string().nullable(),
    args: z.array(z.string()),
    auth: z.string().nullable().describe('Masked.'),
    headers: maskedSchema,
    env: maskedSchema,
    health: mcpServerHealthSchema,
    oauth: oauthResourceSchema.nullable().describe('Null: the server takes no tokens of OAuth.'),
    tool_count: z.int().nullable().describe('Null until discovered.'),
    ...listingFields,
    quarantined: z
      .array(quarantinedToolSchema)
      .describe(
        'Tools that the server defines otherwise than they were pinned. They are not called until that is accepted.',
      ),
    missing: z.array(z.string()).describe('Tools that it listed once and lists no more. Their pins are kept.'),
    discovered_at: z.string().nullable(),
    created_at: z.string().nullable(),
  })
  .meta({ id: 'McpServer' });
export type McpServerResource = z.infer<typeof mcpServerSchema>;

export const mcpServerListSchema = pageSchema(mcpServerSchema);
export const mcpToolListSchema = pageSchema(mcpToolSchema);
export const mcpToolsQuerySchema = pageQuerySchema.extend({
  server_id: z.string().max(100).optional(),
  agent_id: z
    .string()
    .max(64)
    .optional()
    .describe('Whose policies say `verdict`, `rule` and `effect`. Absent: the tenant.'),
});
export const mcpDiscoverySchema = z.object({ server: mcpServerSchema, tools: z.array(mcpToolSchema) });
