import { z } from 'zod';
import { timeLimitsSchema } from './time-limits.ts';

/**
 * The ways in which a server departs from what is usual for its protocol. A field that is not set is as usual, or is learned
 * from the server's refusals.
 */
export const dialectSchema = z
  .strictObject({
    stream_usage: z
      .boolean()
      .optional()
      .describe('False: the server refuses `stream_options`. It reports no usage then.'),
    max_tokens_field: z
      .enum(['max_tokens', 'max_completion_tokens'])
      .optional()
      .describe('The field that bounds the length of an answer.'),
    system_role: z
      .enum(['system', 'developer', 'user'])
      .optional()
      .describe('The role of the system prompt. `user`: it becomes the beginning of the first message.'),
    alternating_roles: z
      .boolean()
      .optional()
      .describe('True: user and model must take turns, and only the model may answer results of tools.'),
    null_content: z
      .boolean()
      .optional()
      .describe('False: the server refuses `content: null` beside calls of tools, and gets an empty text.'),
    prompt_cache: z.boolean().optional().describe('False: the server refuses marks and keys for its prompt cache.'),
    max_images: z.int().min(0).max(100).optional().describe('The most images of a request. 0: the server takes none.'),
    audio: z.boolean().optional().describe('False: the server takes no sounds.'),
    files: z.boolean().optional().describe('False: the server takes no documents.'),
    tool_media: z
      .enum(['behind', 'none'])
      .optional()
      .describe(
        'Where images, sounds and documents of tools go. `behind`: into a message of the user behind the results. `none`: a line stands in their place.',
      ),
  })
  .meta({ id: 'ProviderDialect' });
export type DialectSettings = z.infer<typeof dialectSchema>;
export type DialectSetting = keyof DialectSettings;

/** These are made by the connection, by the body, or from the key of the provider. */
const OWN_HEADERS: ReadonlySet<string> = new Set(
  `accept accept-encoding authorization connection content-encoding content-length content-type cookie date expect host
  keep-alive origin proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade
  x-api-key x-goog-api-key`.split(/\s+/),
);

export const headersSchema = z
  .record(
    z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'must be the name of a header'),
    z
      .string()
      .min(1)
      .max(4_096)
      .regex(/^[\x20-\x7e]+$/, 'must be printable ASCII'),
  )
  .superRefine((headers, context) => {
    const refuse = (name: string, message: string) => context.addIssue({ code: 'custom', path: [name], message });
    const seen = new Set<string>();
    for (const name of Object.keys(headers)) {
      const lower = name.toLowerCase();
      if (OWN_HEADERS.has(lower)) refuse(name, 'is set by the service; keys are given as api_key');
      if (seen.has(lower)) refuse(name, 'is given twice');
      seen.add(lower);
    }
    if (seen.size > 32) context.addIssue({ code: 'custom', message: 'must have at most 32 headers' });
  })
  .describe('Sent with every request. They may hold secrets: they are stored sealed and shown masked.');

/** These are made from the run and the model, or they change what a request costs, so that its bound would be wrong. */
const OWN_FIELDS: ReadonlySet<string> = new Set(
  `model models route fallbacks messages contents prompt input system system_instruction systemInstruction tools functions
  tool_choice function_call toolConfig tool_config stream stream_options max_tokens max_completion_tokens
  max_output_tokens n best_of candidateCount cachedContent service_tier speed web_search_options plugins mcp_servers
  container modalities audio prediction store background previous_response_id conversation`.split(/\s+/),
);
const OWN_FIELDS_OF_GENERATION: ReadonlySet<string> = new Set(
  'maxOutputTokens candidateCount responseModalities speechConfig'.split(' '),
);
const MOST_BYTES = 16_384;

export const extraBodySchema = z
  .record(z.string().min(1).max(100), z.unknown())
  .superRefine((body, context) => {
    const refuse = (path: string[]) =>
      context.addIssue({ code: 'custom', path, message: 'is set by the service, or changes what a request costs' });
    for (const name of Object.keys(body)) if (OWN_FIELDS.has(name)) refuse([name]);
    const { generationConfig } = body;
    if (typeof generationConfig === 'object' && generationConfig !== null) {
      for (const name of Object.keys(generationConfig)) {
        if (OWN_FIELDS_OF_GENERATION.has(name)) refuse(['generationConfig', name]);
      }
    }
    if (Buffer.byteLength(JSON.stringify(body)) > MOST_BYTES) {
      context.addIssue({ code: 'custom', message: `must be at most ${MOST_BYTES} bytes of JSON` });
    }
  })
  .describe('Put into the body of every request, objects into objects.');
export type ExtraBody = z.infer<typeof extraBodySchema>;

/** The options that a provider is registered with and that can be changed later. */
export const providerOptionFields = {
  headers: headersSchema.optional(),
  extra_body: extraBodySchema.optional(),
  dialect: dialectSchema.optional(),
  time_limits: timeLimitsSchema.optional(),
};
