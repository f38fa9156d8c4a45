import type { LanguageModelV3Message, SharedV3ProviderOptions } from '@ai-sdk/provider';
import { wireToolCallId } from '../processes/tool-call-id.ts';
import { type AnswerPart, type AnswerShape, answerShape } from './answer-shape.ts';
import type { ModelTarget, TranscriptMessage } from './model-call.ts';

type AssistantTurn = Extract<TranscriptMessage, { role: 'assistant' }>;
type AssistantContent = Extract<LanguageModelV3Message, { role: 'assistant' }>['content'];

/** Undefined: another model gave the answer, or it holds nothing but what the transcript says. */
export function ownShape({ reasoning }: AssistantTurn, target: ModelTarget): AnswerShape | undefined {
  const own = reasoning?.provider === target.provider && reasoning.model === target.model;
  return own ? answerShape.safeParse(reasoning.content).data : undefined;
}

/** The OpenAI-compatible library writes these into the message as they are. */
export function messageOptions(shape: AnswerShape | undefined): SharedV3ProviderOptions | undefined {
  return shape?.message === undefined ? undefined : { openaiCompatible: shape.message };
}

export function assistantContent(message: AssistantTurn, shape: AnswerShape | undefined): AssistantContent {
  const text: AssistantContent = message.text === '' ? [] : [{ type: 'text', text: message.text }];
  const calls = message.toolCalls.map((call): AssistantContent[number] => ({
    type: 'tool-call',
    toolCallId: wireToolCallId(call.id),
    toolName: call.name,
    input: call.args,
  }));
  if (shape === undefined) return [...text, ...calls];
  // Reasoning that goes back in fields of the message must not go back twice.
  const parts = shape.message === undefined ? shape.parts : shape.parts.filter(({ type }) => type !== 'reasoning');
  return shapedContent(parts, message.text, calls);
}

/** The answer in its original order, with its reasoning and signatures where the transcript has not changed since. */
function shapedContent(parts: readonly AnswerPart[], text: string, calls: AssistantContent): AssistantContent {
  const callParts = parts.filter((part) => part.type === 'tool-call');
  const textLength = parts.reduce((sum, part) => sum + (part.type === 'text' ? part.length : 0), 0);
  const textUnchanged = textLength === text.length;
  const content: AssistantContent = [];
  let offset = 0;
  let nextCall = 0;
  for (const part of parts) {
    const options = part.metadata === undefined ? {} : { providerOptions: part.metadata };
    if (part.type === 'reasoning' && part.inText !== true)
      content.push({ type: 'reasoning', text: part.text, ...options });
    if (part.type === 'text' && textUnchanged) {
      const slice = text.slice(offset, offset + part.length);
      if (slice !== '') content.push({ type: 'text', text: slice, ...options });
      offset += part.length;
    }
    if (part.type === 'tool-call' && callParts.length === calls.length) {
      const call = calls[nextCall++];
      if (call !== undefined) content.push({ ...call, ...options });
    }
  }
  if (!textUnchanged && text !== '') content.splice(firstNonReasoning(content), 0, { type: 'text', text });
  if (callParts.length !== calls.length) content.push(...calls);
  return content;
}

function firstNonReasoning(content: AssistantContent): number {
  const index = content.findIndex((part) => part.type !== 'reasoning');
  return index === -1 ? content.length : index;
}
