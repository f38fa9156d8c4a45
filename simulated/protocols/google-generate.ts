import type { ModelUsage } from '../../domain/model-usage.ts';
import { simulatedModels } from '../../models/kinds/simulated.ts';
import { parseJsonObject } from '../conversation.ts';
import { signReasoning } from '../reasoning-signature.ts';
import type { FinishReason, Reply } from '../reply.ts';
import { googleCallOf } from './counted-call.ts';
import { readGoogleRequest } from './google-read.ts';
import { signedContent } from './google-rules.ts';
import { type Frame, type Protocol, splitText } from './protocol.ts';

const finishReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  'tool-calls': 'STOP',
  length: 'MAX_TOKENS',
  'content-filter': 'SAFETY',
  other: 'OTHER',
};

const errorStatuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** Google's generateContent and streamGenerateContent. */
export const googleGenerate: Protocol = {
  name: 'google-generate',
  read: readGoogleRequest,
  callOf: googleCallOf,
  counted: (tokens) => JSON.stringify({ totalTokens: tokens }),

  whole(reply) {
    const parts = [...thoughtParts(reply, 1), ...textParts(reply, 1), ...callParts(reply)];
    return JSON.stringify(response(reply, parts, true, 'all'));
  },

  stream(reply, chunks) {
    const bodies: unknown[][] = [
      ...thoughtParts(reply, chunks).map((part) => [part]),
      ...textParts(reply, chunks).map((part) => [part]),
    ];
    const calls = callParts(reply);
    if (calls.length > 0) bodies.push(calls);
    const lastIndex = Math.max(0, bodies.length - 1);
    const frames: Frame[] = [];
    for (let index = 0; index <= lastIndex; index += 1) {
      const known = index === lastIndex ? 'all' : 'part';
      const data = response(reply, bodies[index] ?? [], index === lastIndex, known);
      frames.push({ data: `data: ${JSON.stringify(data)}\n\n`, usage: known });
    }
    return frames;
  },

  error(status, code, message) {
    const reason = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code, domain: 'simulated' };
    return JSON.stringify({
      error: {
        code: status,
        message,
        status: errorStatuses[status] ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT'),
        details: [reason],
      },
    });
  },

  models() {
    const models = simulatedModels
      .filter((model) => model.protocol === 'google-generate')
      .map((model) => ({
        name: `models/${model.id}`,
        displayName: model.displayName,
        inputTokenLimit: model.contextWindow,
        outputTokenLimit: model.maxOutputTokens,
        supportedGenerationMethods: ['generateContent', 'streamGenerateContent'],
      }));
    return JSON.stringify({ models });
  },
};

/** Google does not sign thoughts, but what follows them. */
function thoughtParts(reply: Reply, chunks: number): unknown[] {
  return splitText(reply.reasoning, chunks).map((text) => ({ text, thought: true }));
}

/** The last piece of a text is signed when the model has thought and calls nothing. */
function textParts(reply: Reply, chunks: number): unknown[] {
  const pieces = splitText(reply.text, chunks);
  const isSigned = reply.reasoning !== '' && reply.toolCalls.length === 0;
  return pieces.map((text, index) => {
    if (!isSigned || index < pieces.length - 1) return { text };
    return { text, thoughtSignature: signReasoning(reply.model, signedContent({ text })) };
  });
}

/** When arguments are not a JSON object, the real service answers MALFORMED_FUNCTION_CALL without parts. */
function callParts(reply: Reply): unknown[] {
  if (isMalformed(reply)) return [];
  return reply.toolCalls.flatMap((call, index) => {
    const args = parseJsonObject(call.rawArgs);
    if (args === undefined) return [];
    const part = { functionCall: { id: call.id, name: call.name, args } };
    // Of several parallel calls, Google signs the first.
    if (reply.reasoning === '' || index > 0) return [part];
    return [
      { ...part, thoughtSignature: signReasoning(reply.model, signedContent({ functionCall: part.functionCall })) },
    ];
  });
}

function isMalformed(reply: Reply): boolean {
  return reply.finish !== 'length' && reply.toolCalls.some((call) => parseJsonObject(call.rawArgs) === undefined);
}

function response(reply: Reply, parts: readonly unknown[], isLast: boolean, known: 'part' | 'all'): unknown {
  const finishReason = isMalformed(reply) ? 'MALFORMED_FUNCTION_CALL' : finishReasons[reply.finish];
  return {
    candidates: [{ content: { role: 'model', parts }, finishReason: isLast ? finishReason : undefined, index: 0 }],
    usageMetadata: reply.usage === null ? undefined : usageOf(reply.usage, known),
    modelVersion: reply.model,
    responseId: reply.id,
  };
}

/** This protocol counts thoughts apart from candidates, and omits counts that are 0. */
function usageOf(usage: ModelUsage, known: 'part' | 'all'): Record<string, unknown> {
  const input = {
    promptTokenCount: usage.inputTokens,
    cachedContentTokenCount: usage.cacheReadTokens || undefined,
  };
  if (known === 'part') return { ...input, totalTokenCount: usage.inputTokens };
  return {
    ...input,
    candidatesTokenCount: usage.outputTokens - usage.reasoningTokens,
    thoughtsTokenCount: usage.reasoningTokens || undefined,
    totalTokenCount: usage.inputTokens + usage.outputTokens,
  };
}
