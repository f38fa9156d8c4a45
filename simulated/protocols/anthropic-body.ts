import { z } from 'zod';

const idPattern = /^[a-zA-Z0-9_-]+$/;
const toolId = z.string().regex(idPattern, `String should match pattern '${idPattern.source}'`);
const cacheControl = z.strictObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() }).nullish();
const text = z.string().min(1, 'text content blocks must be non-empty');
const textBlock = z.strictObject({ type: z.literal('text'), text, cache_control: cacheControl });
const imageBlock = z.strictObject({
  type: z.literal('image'),
  source: z.strictObject({
    type: z.literal('base64'),
    media_type: z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp']),
    data: z.string(),
  }),
  cache_control: cacheControl,
});
const documentBlock = z.strictObject({
  type: z.literal('document'),
  source: z.strictObject({ type: z.literal('base64'), media_type: z.literal('application/pdf'), data: z.string() }),
  title: z.string().nullish(),
  context: z.string().nullish(),
  cache_control: cacheControl,
});
const block = z.discriminatedUnion('type', [
  textBlock,
  imageBlock,
  z.strictObject({
    type: z.literal('tool_use'),
    id: toolId,
    name: z.string(),
    input: z.record(z.string(), z.unknown()),
    cache_control: cacheControl,
  }),
  z.strictObject({
    type: z.literal('tool_result'),
    tool_use_id: toolId,
    content: z
      .union([z.string(), z.array(z.discriminatedUnion('type', [textBlock, imageBlock, documentBlock]))])
      .optional(),
    is_error: z.boolean().nullish(),
    cache_control: cacheControl,
  }),
  z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() }),
  z.strictObject({ type: z.literal('redacted_thinking'), data: z.string() }),
  documentBlock,
]);
const message = z.strictObject({
  role: z.enum(['user', 'assistant'], "Input should be 'user' or 'assistant'"),
  content: z.union([z.string(), z.array(block)]),
});

/** The body of a messages request. As in the real protocol, a field that is not known is refused. */
export const anthropicBody = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.int('Field required').min(1),
  system: z.union([z.string(), z.array(textBlock)]).optional(),
  messages: z.array(message),
  tools: z
    .array(
      z.strictObject({
        name: z.string(),
        description: z.string().optional(),
        input_schema: z.looseObject({ type: z.literal('object') }),
        cache_control: cacheControl,
        type: z.literal('custom').optional(),
        strict: z.boolean().optional(),
        eager_input_streaming: z.boolean().optional(),
      }),
    )
    .optional(),
  tool_choice: z.strictObject({ type: z.string(), name: z.string().optional() }).optional(),
  thinking: z.looseObject({ type: z.string(), budget_tokens: z.int().min(1_024).optional() }).optional(),
  stream: z.boolean().optional(),
  temperature: z.number().min(0).max(1).optional(),
  top_k: z.int().optional(),
  top_p: z.number().optional(),
  stop_sequences: z.array(z.string()).optional(),
  metadata: z.strictObject({ user_id: z.string().nullish() }).optional(),
  service_tier: z.string().optional(),
});

export type AnthropicBody = z.infer<typeof anthropicBody>;
export type AnthropicBlock = z.infer<typeof block>;

export interface AnthropicTurn {
  readonly role: 'user' | 'assistant';
  readonly blocks: readonly AnthropicBlock[];
}

export function anthropicTurns({ messages }: AnthropicBody): AnthropicTurn[] {
  return messages.map(({ role, content }) => {
    if (typeof content !== 'string') return { role, blocks: content };
    return { role, blocks: content === '' ? [] : [{ type: 'text', text: content }] };
  });
}
