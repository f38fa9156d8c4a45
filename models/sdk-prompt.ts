import type { LanguageModelV3FunctionTool, LanguageModelV3Message, LanguageModelV3Prompt } from '@ai-sdk/provider';
import { wireToolCallId } from '../processes/tool-call-id.ts';
import type { Dialect } from './dialect.ts';
import type { ModelRequest, ModelTool, TranscriptMessage } from './model-call.ts';
import { CACHE_MARK, markForCache } from './prompt-cache.ts';
import { assistantContent, messageOptions, ownShape } from './sdk-assistant.ts';
import { shownSchema } from './tool-schema/shown-schema.ts';

type ToolTurn = Extract<TranscriptMessage, { role: 'tool' }>;
type ToolContent = Extract<LanguageModelV3Message, { role: 'tool' }>['content'];
type ToolOutput = { type: 'text' | 'error-text'; value: string };
type TextPart = { type: 'text'; text: string };

/** Stands before a transcript that begins with an answer: providers want the first message to be a user's. */
const NO_BEGINNING = '[The beginning of this conversation is left out here.]';
/** Stands between results of tools and a user's message where only a model may answer the results. */
const RESULTS_READ = 'I have the results.';
/** Some servers refuse empty results, and a model takes them for a fault. */
const NO_OUTPUT = '[The tool succeeded and has no output.]';
const NO_ERROR_TEXT = '[The tool failed and gave no reason.]';
const ERROR_MARK = '[The tool failed.]';

/**
 * The prompt in the form of the provider libraries. User and model take turns in it: messages that follow each other are
 * put into one. Reasoning goes only to the model that made it.
 */
export function sdkPrompt(
  { system, messages, context, target }: Pick<ModelRequest, 'system' | 'messages' | 'context' | 'target'>,
  dialect: Dialect,
): LanguageModelV3Prompt {
  const prompt: LanguageModelV3Prompt = [];
  if (system !== '' && dialect.systemRole === 'user') addUserText(prompt, system, dialect);
  else if (system !== '') prompt.push({ role: 'system', content: system });
  for (const message of messages) {
    if (message.role !== 'user' && !prompt.some(({ role }) => role === 'user'))
      addUserText(prompt, NO_BEGINNING, dialect);
    switch (message.role) {
      case 'user':
        addUserText(prompt, message.text, dialect);
        break;
      case 'assistant': {
        const shape = ownShape(message, target);
        const content = assistantContent(message, shape);
        const last = prompt.at(-1);
        // An interrupted answer may have left nothing, and Anthropic refuses empty messages.
        if (content.length === 0) break;
        if (last?.role === 'assistant') last.content.push(...content);
        else prompt.push({ role: 'assistant', content, providerOptions: messageOptions(shape) });
        break;
      }
      case 'tool':
        addToolResult(prompt, message, dialect);
        break;
    }
  }
  if (dialect.cacheMarks) markForCache(prompt, { endStays: dialect.contextPlace === 'own_part' });
  if (context !== undefined && context !== '') addContext(prompt, context, dialect);
  return prompt;
}

export function sdkTools(
  tools: readonly ModelTool[],
  { cacheMarks, toolSchemas }: Dialect,
): LanguageModelV3FunctionTool[] {
  return tools.map(({ name, description, inputSchema }, index) => ({
    type: 'function',
    name,
    description,
    inputSchema: shownSchema(inputSchema, toolSchemas),
    providerOptions: cacheMarks && index === tools.length - 1 ? CACHE_MARK : undefined,
  }));
}

function addUserText(prompt: LanguageModelV3Prompt, text: string, dialect: Dialect): void {
  // Anthropic refuses texts without a letter.
  const part: TextPart = { type: 'text', text: text.trim() === '' ? '[An empty message.]' : text };
  const last = prompt.at(-1);
  if (last?.role === 'tool' && dialect.alternatingRoles) {
    prompt.push({ role: 'assistant', content: [{ type: 'text', text: RESULTS_READ }] });
  }
  if (last?.role !== 'user') {
    prompt.push({ role: 'user', content: [part] });
    return;
  }
  const before = last.content.at(-1);
  if (dialect.oneTextPerMessage && before?.type === 'text') before.text += `\n\n${part.text}`;
  else last.content.push(part);
}

/** Adds a result to the message of the result before it: providers want the results of one answer together. */
function addToolResult(prompt: LanguageModelV3Prompt, result: ToolTurn, dialect: Dialect): void {
  const part: ToolContent[number] = {
    type: 'tool-result',
    toolCallId: wireToolCallId(result.toolCallId),
    toolName: result.toolName,
    output: outputOf(result, dialect),
  };
  const last = prompt.at(-1);
  if (last?.role === 'tool') last.content.push(part);
  else prompt.push({ role: 'tool', content: [part] });
}

function outputOf({ output, isError }: ToolTurn, { errorFlag }: Dialect): ToolOutput {
  const isEmpty = output.trim() === '';
  if (!isError) return { type: 'text', value: isEmpty ? NO_OUTPUT : output };
  if (isEmpty) return { type: 'error-text', value: NO_ERROR_TEXT };
  return { type: 'error-text', value: errorFlag ? output : `${ERROR_MARK} ${output}` };
}

/** Puts the context behind everything that stays the same on the next turn, so that prompt caches stay valid. */
function addContext(prompt: LanguageModelV3Prompt, context: string, dialect: Dialect): void {
  const last = prompt.at(-1);
  if (last?.role !== 'tool' || dialect.contextPlace === 'own_part') {
    addUserText(prompt, context, { ...dialect, alternatingRoles: false });
    return;
  }
  const result = last.content.at(-1);
  if (result?.type !== 'tool-result') return;
  const { output } = result;
  if (output.type === 'text' || output.type === 'error-text') {
    result.output = { ...output, value: `${output.value}\n\n${context}` };
  }
}
