import type {
  LanguageModelV3FunctionTool,
  LanguageModelV3Message,
  LanguageModelV3Prompt,
  SharedV3ProviderOptions,
} from '@ai-sdk/provider';
import { type AnswerPart, type AnswerShape, answerShape } from './answer-shape.ts';
import type { ModelRequest, ModelTarget, ModelTool, TranscriptMessage } from './model-call.ts';
import { wireToolCallId } from './tool-call-id.ts';

type AssistantTurn = Extract<TranscriptMessage, { role: 'assistant' }>;
type ToolTurn = Extract<TranscriptMessage, { role: 'tool' }>;
type AssistantContent = Extract<LanguageModelV3Message, { role: 'assistant' }>['content'];
type ToolContent = Extract<LanguageModelV3Message, { role: 'tool' }>['content'];

/** The prompt in the form of the provider libraries. Reasoning goes only to the model that made it. */
export function sdkPrompt({ system, messages, target }: Pick<ModelRequest, 'system' | 'messages' | 'target'>) {
  const prompt: LanguageModelV3Prompt = [];
  if (system !== '') prompt.push({ role: 'system', content: system });
  for (const message of messages) {
    switch (message.role) {
      case 'user':
        prompt.push({ role: 'user', content: [{ type: 'text', text: message.text }] });
        break;
      case 'assistant': {
        const shape = ownShape(message, target);
        const content = assistantContent(message, shape);
        // An interrupted answer may have left nothing, and Anthropic refuses empty messages.
        if (content.length > 0) prompt.push({ role: 'assistant', content, providerOptions: messageOptions(shape) });
        break;
      }
      case 'tool':
        addToolResult(prompt, message);
        break;
    }
  }
  return prompt;
}

export function sdkTools(tools: readonly ModelTool[]): LanguageModelV3FunctionTool[] {
  return tools.map(({ name, description, inputSchema }) => ({ type: 'function', name, description, inputSchema }));
}

/** Adds a result to the message of the result before it: providers want the results of one answer together. */
function addToolResult(prompt: LanguageModelV3Prompt, result: ToolTurn): void {
  const part: ToolContent[number] = {
    type: 'tool-result',
    toolCallId: wireToolCallId(result.toolCallId),
    toolName: result.toolName,
    output: { type: result.isError ? 'error-text' : 'text', value: result.output },
  };
  const last = prompt.at(-1);
  if (last?.role === 'tool') last.content.push(part);
  else prompt.push({ role: 'tool', content: [part] });
}

/** Undefined: another model gave the answer, or it holds nothing but what the transcript says. */
function ownShape({ reasoning }: AssistantTurn, target: ModelTarget): AnswerShape | undefined {
  const own = reasoning?.provider === target.provider && reasoning.model === target.model;
  return own ? answerShape.safeParse(reasoning.content).data : undefined;
}

/** The OpenAI-compatible library writes these into the message as they are. */
function messageOptions(shape: AnswerShape | undefined): SharedV3ProviderOptions | undefined {
  return shape?.message === undefined ? undefined : { openaiCompatible: shape.message };
}

function assistantContent(message: AssistantTurn, shape: AnswerShape | undefined): AssistantContent {
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
