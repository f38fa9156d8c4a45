import type { ModelUsage } from '../../domain/model-usage.ts';
import { simulatedModels } from '../../models/kinds/simulated.ts';
import { parseJsonObject } from '../conversation.ts';
import { signReasoning } from '../reasoning-signature.ts';
import type { FinishReason } from '../reply.ts';
import { readAnthropicRequest } from './anthropic-read.ts';
import { anthropicCallOf } from './counted-call.ts';
import { type Frame, type Protocol, splitText } from './protocol.ts';

const stopReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  'tool-calls': 'tool_use',
  length: 'max_tokens',
  'content-filter': 'refusal',
  other: 'pause_turn',
};

/** Anthropic's messages. A script may leave the usage out, which Anthropic never does: clients may refuse such an answer. */
export const anthropicMessages: Protocol = {
  name: 'anthropic-messages',
  read: readAnthropicRequest,
  callOf: anthropicCallOf,
  counted: (tokens) => JSON.stringify({ input_tokens: tokens }),

  whole(reply) {
    const content: unknown[] = [];
    if (reply.reasoning !== '') {
      content.push({
        type: 'thinking',
        thinking: reply.reasoning,
        signature: signReasoning(reply.model, reply.reasoning),
      });
    }
    if (reply.text !== '') content.push({ type: 'text', text: reply.text });
    for (const call of reply.toolCalls) {
      content.push({ type: 'tool_use', id: call.id, name: call.name, input: parseJsonObject(call.rawArgs) ?? {} });
    }
    return JSON.stringify({
      id: `msg_${reply.id}`,
      type: 'message',
      role: 'assistant',
      model: reply.model,
      content,
      stop_reason: stopReasons[reply.finish],
      stop_sequence: null,
      usage: usageOf(reply.usage, reply.usage?.outputTokens),
    });
  },

  stream(reply, chunks) {
    const message = { id: `msg_${reply.id}`, type: 'message', role: 'assistant', model: reply.model, content: [] };
    const start = { ...message, stop_reason: null, stop_sequence: null, usage: usageOf(reply.usage, 1) };
    const frames: Frame[] = [
      { ...event({ type: 'message_start', message: start }), usage: 'part' },
      event({ type: 'ping' }),
    ];
    let index = 0;
    const block = (opening: unknown, deltas: readonly unknown[]) => {
      frames.push(event({ type: 'content_block_start', index, content_block: opening }));
      for (const delta of deltas) frames.push(event({ type: 'content_block_delta', index, delta }));
      frames.push(event({ type: 'content_block_stop', index }));
      index += 1;
    };
    if (reply.reasoning !== '') {
      const thoughts = splitText(reply.reasoning, chunks).map((thinking) => ({ type: 'thinking_delta', thinking }));
      const signature = { type: 'signature_delta', signature: signReasoning(reply.model, reply.reasoning) };
      block({ type: 'thinking', thinking: '', signature: '' }, [...thoughts, signature]);
    }
    if (reply.text !== '') {
      const texts = splitText(reply.text, chunks).map((text) => ({ type: 'text_delta', text }));
      block({ type: 'text', text: '' }, texts);
    }
    for (const call of reply.toolCalls) {
      const pieces = splitText(call.rawArgs, 2).map((json) => ({ type: 'input_json_delta', partial_json: json }));
      block({ type: 'tool_use', id: call.id, name: call.name, input: {} }, pieces);
    }
    const delta = { stop_reason: stopReasons[reply.finish], stop_sequence: null };
    const end = { type: 'message_delta', delta, usage: usageOf(reply.usage, reply.usage?.outputTokens) };
    frames.push({ ...event(end), usage: 'all' }, event({ type: 'message_stop' }));
    return frames;
  },

  error(status, code, message) {
    return JSON.stringify({ type: 'error', error: { type: errorTypeOf(status), message, code }, request_id: null });
  },

  models() {
    const data = simulatedModels
      .filter((model) => model.protocol === 'anthropic-messages')
      .map((model) => ({
        type: 'model',
        id: model.id,
        display_name: model.displayName,
        created_at: '2026-01-01T00:00:00Z',
      }));
    return JSON.stringify({ data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null });
  },
};

function event(data: { readonly type: string } & Record<string, unknown>): Frame {
  return { data: `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n` };
}

/** In this protocol `input_tokens` are only those that no cache served. */
function usageOf(usage: ModelUsage | null, outputTokens: number | undefined): Record<string, unknown> | undefined {
  if (usage === null) return undefined;
  return {
    input_tokens: usage.inputTokens - usage.cacheReadTokens - usage.cacheWriteTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    output_tokens: outputTokens,
    output_tokens_details: { thinking_tokens: usage.reasoningTokens },
  };
}

function errorTypeOf(status: number): string {
  switch (status) {
    case 401:
      return 'authentication_error';
    case 403:
      return 'permission_error';
    case 404:
      return 'not_found_error';
    case 413:
      return 'request_too_large';
    case 429:
      return 'rate_limit_error';
    case 503:
    case 529:
      return 'overloaded_error';
    default:
      return status >= 500 ? 'api_error' : 'invalid_request_error';
  }
}
