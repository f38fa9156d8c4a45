import { z } from 'zod';

const textPart = z.object({ type: z.string(), text: z.string().optional() });
const content = z.union([z.string(), z.array(textPart)]);
const toolCall = z.object({
  id: z.string().max(40, 'string too long. Expected a string with maximum length 40'),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
});
const message = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), content }),
  z.object({ role: z.literal('developer'), content }),
  z.object({ role: z.literal('user'), content }),
  z.object({
    role: z.literal('assistant'),
    content: content.nullish(),
    tool_calls: z.array(toolCall).min(1).nullish(),
  }),
  z.object({ role: z.literal('tool'), tool_call_id: z.string(), content }),
]);
/** The body of a chat-completions request. Servers of this protocol take fields that they do not know. */
export const openAiBody = z.object({
  model: z.string().min(1),
  messages: z.array(message),
  tools: z
    .array(
      z.object({
        type: z.literal('function'),
        function: z.object({ name: z.string(), parameters: z.record(z.string(), z.unknown()).optional() }),
      }),
    )
    .max(128, 'array too long. Expected an array with maximum length 128')
    .optional(),
  tool_choice: z.unknown().optional(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  reasoning_effort: z.string().optional(),
});

export type OpenAiBody = z.infer<typeof openAiBody>;
export type OpenAiMessage = z.infer<typeof message>;

export function openAiTexts(content: OpenAiMessage['content']): string[] {
  if (content == null) return [];
  return typeof content === 'string' ? [content] : content.map((part) => part.text ?? '');
}
