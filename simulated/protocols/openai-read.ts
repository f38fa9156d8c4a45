import {
  type ConversationItem,
  parseJsonObject,
  resultItems,
  type SimulatedRequest,
  userItems,
} from '../conversation.ts';
import { checkChatTemplate } from './chat-template.ts';
import { type OpenAiMessage, openAiBody, openAiTexts } from './openai-body.ts';
import { checkOpenAi } from './openai-rules.ts';
import type { WireRequest } from './protocol.ts';
import { parseBody, refuseBadToolNames, refuseOverLimit } from './refusals.ts';
import { openAiSchemaRules, refuseBadSchemas } from './tool-schemas.ts';

/** Reads a chat-completions request. @throws RefusedRequest */
export function readOpenAiRequest(wire: WireRequest): SimulatedRequest {
  const body = parseBody(openAiBody, wire.body);
  checkOpenAi(body);
  if (wire.template === 'strict') checkChatTemplate(wire.body, body.messages);
  const tools = body.tools ?? [];
  refuseBadToolNames(
    tools.map((tool) => tool.function.name),
    /^[a-zA-Z0-9_-]{1,64}$/,
    (index) => `tools[${index}].function.name`,
  );
  refuseBadSchemas(
    tools.map((tool) => ({ name: tool.function.name, schema: tool.function.parameters })),
    openAiSchemaRules,
  );
  const maxOutputTokens = body.max_completion_tokens ?? body.max_tokens ?? undefined;
  refuseOverLimit(
    wire,
    { model: body.model, maxOutputTokens, answerCounts: true },
    (limit, input, output) =>
      `This model's maximum context length is ${limit} tokens. However, you requested ${input + output} tokens (${input} in the messages, ${output} in the completion). Please reduce the length of the messages or completion.`,
  );
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

function itemsOf(each: OpenAiMessage): ConversationItem[] {
  switch (each.role) {
    case 'system':
    case 'developer':
      return [];
    case 'user':
      return openAiTexts(each.content).flatMap(userItems);
    case 'assistant':
      return [
        {
          kind: 'assistant',
          text: openAiTexts(each.content).join(''),
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
        output: openAiTexts(each.content).join('\n'),
        isError: false,
      });
  }
}
