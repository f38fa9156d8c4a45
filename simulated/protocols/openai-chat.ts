import type { ModelUsage } from '../../domain/model-usage.ts';
import { simulatedModels } from '../../models/kinds/simulated.ts';
import type { FinishReason, Reply } from '../reply.ts';
import { openAiCallOf } from './counted-call.ts';
import { readOpenAiRequest } from './openai-read.ts';
import { type Frame, type Protocol, splitText } from './protocol.ts';

const finishReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  'tool-calls': 'tool_calls',
  length: 'length',
  'content-filter': 'content_filter',
  other: 'unknown',
};

// A fixed time, so that the same request always gets the same bytes.
const createdSeconds = 1_767_225_600;

/** OpenAI's chat completions. */
export const openAiChat: Protocol = {
  name: 'openai-chat',
  read: readOpenAiRequest,
  callOf: openAiCallOf,
  counted: (tokens) => JSON.stringify({ object: 'response.input_tokens', input_tokens: tokens }),

  whole(reply) {
    return JSON.stringify({
      id: `chatcmpl-${reply.id}`,
      object: 'chat.completion',
      created: createdSeconds,
      model: reply.model,
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: reply.text === '' && reply.toolCalls.length > 0 ? null : reply.text,
            reasoning_content: reply.reasoning || undefined,
            tool_calls: reply.toolCalls.length === 0 ? undefined : reply.toolCalls.map(callOf),
          },
          logprobs: null,
          finish_reason: finishReasons[reply.finish],
        },
      ],
      usage: reply.usage === null ? undefined : usageOf(reply.usage),
    });
  },

  stream(reply, chunks, reportsUsage) {
    const frames: Frame[] = [delta(reply, { role: 'assistant', content: '' })];
    for (const piece of splitText(reply.reasoning, chunks)) frames.push(delta(reply, { reasoning_content: piece }));
    for (const piece of splitText(reply.text, chunks)) frames.push(delta(reply, { content: piece }));
    for (const [index, call] of reply.toolCalls.entries()) {
      const opening = { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } };
      frames.push(delta(reply, { tool_calls: [opening] }));
      for (const piece of splitText(call.rawArgs, 2)) {
        frames.push(delta(reply, { tool_calls: [{ index, function: { arguments: piece } }] }));
      }
    }
    frames.push(delta(reply, {}, finishReasons[reply.finish]));
    if (reportsUsage && reply.usage !== null) {
      frames.push({ data: event({ ...chunkOf(reply), choices: [], usage: usageOf(reply.usage) }), usage: 'all' });
    }
    frames.push({ data: 'data: [DONE]\n\n' });
    return frames;
  },

  error(status, code, message, param) {
    const type =
      status === 429
        ? 'rate_limit_exceeded'
        : status >= 500
          ? 'server_error'
          : status === 401
            ? 'authentication_error'
            : 'invalid_request_error';
    return JSON.stringify({ error: { message, type, param: param ?? null, code } });
  },

  models() {
    const data = simulatedModels
      .filter((model) => model.protocol === 'openai-chat')
      .map((model) => ({ id: model.id, object: 'model', created: createdSeconds, owned_by: 'simulated' }));
    return JSON.stringify({ object: 'list', data });
  },
};

function callOf(call: Reply['toolCalls'][number]): Record<string, unknown> {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.rawArgs } };
}

function chunkOf(reply: Reply): Record<string, unknown> {
  return { id: `chatcmpl-${reply.id}`, object: 'chat.completion.chunk', created: createdSeconds, model: reply.model };
}

function delta(reply: Reply, content: Record<string, unknown>, finishReason: string | null = null): Frame {
  const choices = [{ index: 0, delta: content, logprobs: null, finish_reason: finishReason }];
  return { data: event({ ...chunkOf(reply), choices }) };
}

function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function usageOf(usage: ModelUsage): Record<string, unknown> {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens, audio_tokens: 0 },
  };
}
