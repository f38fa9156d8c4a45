import { z } from 'zod';
import { timestampSchema } from './fields.ts';

export const apiKeyScopeSchema = z.enum(['admin', 'run', 'read']);
export type ApiKeyScope = z.infer<typeof apiKeyScopeSchema>;

export const createApiKeySchema = z.strictObject({
  name: z.string().max(200).default(''),
  scopes: z.array(apiKeyScopeSchema).min(1).default(['run', 'read']),
  expires_at: timestampSchema.optional(),
});

export const apiKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string().describe('The first characters of the key, to recognise it by.'),
    scopes: z.array(apiKeyScopeSchema),
    created_at: z.string(),
    expires_at: z.string().nullable(),
    revoked_at: z.string().nullable(),
    last_used_at: z.string().nullable(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKeyResource = z.infer<typeof apiKeySchema>;

export const createdApiKeySchema = apiKeySchema.extend({
  key: z.string().optional().describe('The key itself. It is shown this once, and not when the request is replayed.'),
});
