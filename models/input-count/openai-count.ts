import { z } from 'zod';
import type { CountForm, JsonObject } from './count-form.ts';

const text = z.object({ type: z.literal('text'), text: z.string() });
const content = z.union([z.string(), z.array(text)]);
const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer', 'user']), content }),
  z.strictObject({
    role: z.literal('assistant'),
    content: content.nullish(),
    tool_calls: z
      .array(
        z.strictObject({
          id: z.string(),
          type: z.literal('function'),
          function: z.strictObject({ name: z.string(), arguments: z.string() }),
        }),
      )
      .nullish(),
  }),
  z.strictObject({ role: z.literal('tool'), tool_call_id: z.string(), content }),
]);
const tool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string(),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    strict: z.boolean().optional(),
  }),
});
/** A request with a field that is not known here has no count: the field may add tokens. */
const chatRequest = z.strictObject({
  model: z.string(),
  messages: z.array(message),
  tools: z.array(tool).optional(),
  tool_choice: z.enum(['auto', 'none', 'required']).optional(),
  parallel_tool_calls: z.boolean().optional(),
  reasoning_effort: z.string().optional(),
  verbosity: z.string().optional(),
  ...Object.fromEntries(
    [
      'max_tokens',
      'max_completion_tokens',
      'stream',
      'stream_options',
      'temperature',
      'top_p',
      'seed',
      'stop',
      'user',
      'store',
      'metadata',
      'service_tier',
      'prompt_cache_key',
      'safety_identifier',
    ].map((aboutTheAnswer) => [aboutTheAnswer, z.unknown().optional()]),
  ),
});
type Message = z.infer<typeof message>;

/**
 * `POST /v1/responses/input_tokens`. It takes requests of the Responses API, so those of chat completions are written
 * anew. Both APIs give a model the same prompt.
 */
export const openAiCount: CountForm = {
  question(url, body) {
    const parsed = chatRequest.safeParse(body);
    if (!parsed.success) return undefined;
    const { model, messages, tools, tool_choice, parallel_tool_calls, reasoning_effort, verbosity } = parsed.data;
    return {
      url: url.replace(/\/chat\/completions$/, '/responses/input_tokens'),
      body: {
        model,
        input: messages.flatMap(itemsOf),
        tools: tools?.map(({ function: { strict = false, ...definition } }) => ({
          type: 'function',
          ...definition,
          strict,
        })),
        tool_choice,
        parallel_tool_calls,
        reasoning: reasoning_effort === undefined ? undefined : { effort: reasoning_effort },
        text: verbosity === undefined ? undefined : { verbosity },
      },
    };
  },
  tokensIn: ({ input_tokens }) => input_tokens,
};

function itemsOf(each: Message): JsonObject[] {
  switch (each.role) {
    case 'tool':
      return [{ type: 'function_call_output', call_id: each.tool_call_id, output: textOf(each.content) }];
    case 'assistant': {
      const said = textOf(each.content ?? '');
      const calls = (each.tool_calls ?? []).map(({ id, function: { name, arguments: args } }) => ({
        type: 'function_call',
        call_id: id,
        name,
        arguments: args,
      }));
      return said === '' ? calls : [{ type: 'message', role: 'assistant', content: said }, ...calls];
    }
    default: {
      const parts = typeof each.content === 'string' ? each.content : each.content.map(inputText);
      return [{ type: 'message', role: each.role, content: parts }];
    }
  }
}

function inputText({ text: value }: z.infer<typeof text>): JsonObject {
  return { type: 'input_text', text: value };
}

function textOf(value: z.infer<typeof content>): string {
  return typeof value === 'string' ? value : value.map((part) => part.text).join('');
}
