import { z } from 'zod';
import { httpUrlSchema } from './fields.ts';
import { unmaskedSchema } from './mcp-server-secrets.ts';

export const oauthGrantSchema = z.enum(['client_credentials', 'authorization_code']);
export type OAuthGrant = z.infer<typeof oauthGrantSchema>;

/** A scope as RFC 6749 allows it. */
const scopeSchema = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, 'must be a scope');

/** RFC 6749 allows printable ASCII. */
const printable = (maxCharacters: number) =>
  z
    .string()
    .min(1)
    .max(maxCharacters)
    .regex(/^[\x20-\x7e]+$/, 'must be printable ASCII');

export const oauthRequestSchema = z
  .strictObject({
    grant: oauthGrantSchema.describe(
      '`client_credentials`: the service has an account of its own. `authorization_code`: a person lends theirs, through a link (`POST …/authorize`).',
    ),
    client_id: printable(500)
      .nullable()
      .optional()
      .describe('Without it, the service registers itself at the authorization server, where that allows it.'),
    client_secret: unmaskedSchema
      .pipe(printable(4_096))
      .nullable()
      .optional()
      .describe('It is sealed at rest. Left out of a PUT, what is stored is kept; null removes it.'),
    scopes: z
      .array(scopeSchema)
      .max(50)
      .optional()
      .describe('Asked for. Without them, the service asks for what the MCP server says it needs.'),
    issuer: httpUrlSchema
      .nullable()
      .optional()
      .describe('The authorization server, for an MCP server that does not name it.'),
    authorization_url: httpUrlSchema
      .nullable()
      .optional()
      .describe('For an authorization server that does not describe itself; together with `token_url`.'),
    token_url: httpUrlSchema.nullable().optional(),
  })
  .superRefine((oauth, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    const given = (field: keyof typeof oauth) => oauth[field] !== undefined && oauth[field] !== null;
    if (oauth.grant === 'client_credentials') {
      if (!given('client_id')) refuse('client_id', 'is required for the grant client_credentials');
      if (oauth.client_secret === null) refuse('client_secret', 'is required for the grant client_credentials');
      if (given('authorization_url')) refuse('authorization_url', 'has no effect for the grant client_credentials');
    }
    if (given('client_secret') && !given('client_id')) refuse('client_id', 'is required with client_secret');
    if (given('token_url') && !given('client_id')) refuse('client_id', 'is required with token_url');
    if (oauth.grant === 'authorization_code' && given('authorization_url') !== given('token_url')) {
      refuse(given('token_url') ? 'authorization_url' : 'token_url', 'is required: both addresses are given, or none');
    }
  });
export type OAuthRequest = z.output<typeof oauthRequestSchema>;

export const oauthStateSchema = z.enum(['not_authorized', 'authorized', 'authorize_again', 'refused']);
export type OAuthState = z.infer<typeof oauthStateSchema>;

export const oauthResourceSchema = z.object({
  grant: oauthGrantSchema,
  client_id: z.string().nullable(),
  client_secret: z.string().nullable().describe('Masked.'),
  scopes: z.array(z.string()),
  issuer: z.string().nullable(),
  authorization_url: z.string().nullable(),
  token_url: z.string().nullable(),
  state: oauthStateSchema.describe(
    '`not_authorized`: there is no token yet. `authorize_again`: a person has to use a new link. `refused`: the authorization server refuses the client; it is asked again at the next call.',
  ),
  why: z.string().nullable().describe('What is wrong, in words.'),
  authorized_at: z.string().nullable().describe('When the account was lent, or the first token was given.'),
  expires_at: z.string().nullable().describe('When the current token expires. It is renewed before.'),
});
export type OAuthResource = z.infer<typeof oauthResourceSchema>;

export const authorizationLinkSchema = z
  .object({
    authorization_url: z.string().describe('To be opened in a browser by the person whose account is lent.'),
    expires_at: z.string().describe('Until then the link can be used, once.'),
  })
  .meta({ id: 'AuthorizationLink' });
export type AuthorizationLink = z.infer<typeof authorizationLinkSchema>;

/** The description of the service that authorization servers fetch: a client id metadata document. */
export const clientDocumentSchema = z
  .object({
    client_id: z.string().describe('The address of this document.'),
    client_name: z.string(),
    client_uri: z.string(),
    redirect_uris: z.array(z.string()),
    grant_types: z.array(z.string()),
    response_types: z.array(z.string()),
    token_endpoint_auth_method: z.literal('none'),
    application_type: z.literal('web'),
  })
  .meta({ id: 'OAuthClientDocument' });
export type ClientDocument = z.infer<typeof clientDocumentSchema>;

export const authorizationCallbackQuerySchema = z.object({
  state: z.string().max(200).optional(),
  code: z.string().max(4_096).optional(),
  iss: z.string().max(2_000).optional(),
  error: z.string().max(200).optional(),
});
