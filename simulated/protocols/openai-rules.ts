import { RefusedRequest } from '../conversation.ts';
import type { OpenAiBody, OpenAiMessage } from './openai-body.ts';

/** What OpenAI refuses in the messages of a request. @throws RefusedRequest */
export function checkOpenAi({ messages, model, max_tokens }: OpenAiBody): void {
  refuseUnpaired(messages);
  if (max_tokens != null && isReasoningModel(model)) {
    throw new RefusedRequest(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      { code: 'unsupported_parameter', param: 'max_tokens' },
    );
  }
}

/** OpenAI's reasoning models take `max_completion_tokens` alone. */
export function isReasoningModel(model: unknown): boolean {
  return typeof model === 'string' && /^(o\d|gpt-[5-9])/.test(model);
}

function refuseUnpaired(messages: readonly OpenAiMessage[]): void {
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
