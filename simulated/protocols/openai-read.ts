import { z } from 'zod';
import {
  type ConversationItem,
  parseJsonObject,
  RefusedRequest,
  resultItems,
  type SimulatedRequest,
  userItems,
} from '../conversation.ts';
import { countTokens } from '../reply.ts';
import type { WireRequest } from './protocol.ts';
import { parseBody, refuseBadToolNames, refuseOverLimit } from './refusals.ts';

const textPart = z.object({ type: z.string(), text: z.string().optional() });
const content = z.union([z.string(), z.array(textPart)]);
const toolCall = z.object({
  id: z.string(),
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
const bodySchema = z.object({
  model: z.string().min(1),
  messages: z.array(message),
  tools: z
    .array(
      z.object({
        type: z.literal('function'),
        function: z.object({ name: z.string(), parameters: z.record(z.string(), z.unknown()).optional() }),
      }),
    )
    .optional(),
  tool_choice: z.unknown().optional(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  reasoning_effort: z.string().optional(),
});
type Message = z.infer<typeof message>;

/** Reads a chat-completions request. @throws RefusedRequest */
export function readOpenAiRequest(wire: WireRequest): SimulatedRequest {
  const body = parseBody(bodySchema, wire.body);
  refuseUnpaired(body.messages);
  const tools = body.tools ?? [];
  refuseBadToolNames(
    tools.map((tool) => tool.function.name),
    /^[a-zA-Z0-9_-]{1,64}$/,
    (index) => `tools[${index}].function.name`,
  );
  for (const [index, tool] of tools.entries()) {
    if (tool.function.parameters !== undefined && tool.function.parameters.type !== 'object') {
      throw new RefusedRequest(
        `Invalid schema for function '${tool.function.name}': schema must be a JSON Schema of 'type: "object"'.`,
        { code: 'invalid_function_parameters', param: `tools[${index}].function.parameters` },
      );
    }
  }
  const maxOutputTokens = body.max_completion_tokens ?? body.max_tokens ?? undefined;
  refuseOverLimit(body.model, countTokens(wire.bodyBytes), maxOutputTokens);
  const stream = body.stream ?? false;
  return {
    protocol: 'openai-chat',
    model: body.model,
    stream,
    reportsUsage: !stream || body.stream_options?.include_usage === true,
    maxOutputTokens,
    items: body.messages.flatMap(itemsOf),
    tools:
      body.tool_choice === 'none'
        ? []
        : tools.map((tool) => ({ name: tool.function.name, inputSchema: tool.function.parameters ?? {} })),
    turn: body.messages.filter((each) => each.role === 'assistant').length,
    bodyBytes: wire.bodyBytes,
    cachesPrompt: true,
    wantsReasoning: false,
  };
}

function refuseUnpaired(messages: readonly Message[]): void {
  if (messages.length === 0) {
    throw new RefusedRequest(
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      {
        code: 'empty_array',
        param: 'messages',
      },
    );
  }
  let open = new Set<string>();
  const refuseOpen = (index: number) => {
    if (open.size === 0) return;
    throw new RefusedRequest(
      `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`,
      { param: `messages.[${index}].role` },
    );
  };
  for (const [index, each] of messages.entries()) {
    if (each.role === 'tool') {
      if (!open.delete(each.tool_call_id)) {
        throw new RefusedRequest(
          "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
          { param: `messages.[${index}].role` },
        );
      }
      continue;
    }
    refuseOpen(index);
    if (each.role !== 'assistant') continue;
    if (each.tool_calls == null && each.content == null) {
      throw new RefusedRequest("Invalid value for 'content': expected a string, got null.", {
        param: `messages.[${index}].content`,
      });
    }
    open = new Set(each.tool_calls?.map((call) => call.id));
  }
  refuseOpen(messages.length);
}

function itemsOf(each: Message): ConversationItem[] {
  switch (each.role) {
    case 'system':
    case 'developer':
      return [];
    case 'user':
      return textsOf(each.content).flatMap(userItems);
    case 'assistant':
      return [
        {
          kind: 'assistant',
          text: textsOf(each.content ?? '').join(''),
          calls: (each.tool_calls ?? []).map((call) => ({
            id: call.id,
            name: call.function.name,
            args: parseJsonObject(call.function.arguments),
          })),
        },
      ];
    case 'tool':
      return resultItems({
        callId: each.tool_call_id,
        output: textsOf(each.content).join('\n'),
        isError: false,
      });
  }
}

function textsOf(value: z.infer<typeof content>): string[] {
  return typeof value === 'string' ? [value] : value.map((part) => part.text ?? '');
}
