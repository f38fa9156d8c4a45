import { isRecord, RefusedRequest } from '../conversation.ts';
import { isReasoningModel } from './openai-rules.ts';

/** `max_tokens` of the call has up to so many digits more than that of the body that stands for it. */
export const MORE_DIGITS = 5;

/**
 * What each protocol's question for the input tokens of a request asks about: the body of the call that the same client would
 * send. The count is made of it, so it is what the call will be billed.
 */
export function anthropicCallOf(question: unknown): unknown {
  return { ...recordIn(question), max_tokens: 1, stream: true };
}

export function googleCallOf(question: unknown): unknown {
  const { model: _, ...call } = recordIn(recordIn(question).generateContentRequest);
  return call;
}

/** A question in the form of the Responses API, as a request for chat completions. */
export function openAiCallOf(question: unknown): unknown {
  const { model, input, tools } = recordIn(question);
  return {
    model,
    messages: messagesOf(listIn(input)),
    tools: tools === undefined ? undefined : listIn(tools).map(chatToolOf),
    [isReasoningModel(model) ? 'max_completion_tokens' : 'max_tokens']: 1,
    stream: true,
    stream_options: { include_usage: true },
  };
}

function chatToolOf({ type, strict: _, ...definition }: Record<string, unknown>): unknown {
  return { type, function: definition };
}

function messagesOf(items: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const messages: Record<string, unknown>[] = [];
  for (const item of items) {
    if (item.type === 'message') messages.push({ role: item.role, content: chatContentOf(item.content) });
    if (item.type === 'function_call_output') {
      messages.push({ role: 'tool', tool_call_id: item.call_id, content: item.output });
    }
    if (item.type !== 'function_call') continue;
    const call = { id: item.call_id, type: 'function', function: { name: item.name, arguments: item.arguments } };
    const last = messages.at(-1);
    if (last?.role !== 'assistant') messages.push({ role: 'assistant', content: null, tool_calls: [call] });
    else if (Array.isArray(last.tool_calls)) last.tool_calls.push(call);
    else last.tool_calls = [call];
  }
  return messages;
}

function chatContentOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  return content.filter(isRecord).map(({ text }) => ({ type: 'text', text }));
}

function recordIn(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw new RefusedRequest('The request is not of the form that is counted.');
  return value;
}

function listIn(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value)) throw new RefusedRequest('The request is not of the form that is counted.');
  return value.filter(isRecord);
}
