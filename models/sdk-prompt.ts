import type { LanguageModelV3FunctionTool, LanguageModelV3Message, LanguageModelV3Prompt } from '@ai-sdk/provider';
import { mediaKindOf, mediaStandIn } from '../domain/media/media-ref.ts';
import { wireToolCallId } from '../processes/tool-call-id.ts';
import type { Dialect } from './dialect.ts';
import type { ModelRequest, ModelTool, TranscriptMessage } from './model-call.ts';
import { CACHE_MARK, markForCache } from './prompt-cache.ts';
import { assistantContent, messageOptions, ownShape } from './sdk-assistant.ts';
import { toolOutputOf, withTextBehind } from './sdk-tool-output.ts';
import { showingMedia } from './shown-media.ts';
import { shownSchema } from './tool-schema/shown-schema.ts';

type UserTurn = Extract<TranscriptMessage, { role: 'user' }>;
type ToolTurn = Extract<TranscriptMessage, { role: 'tool' }>;
type UserContent = Extract<LanguageModelV3Message, { role: 'user' }>['content'];
type ToolContent = Extract<LanguageModelV3Message, { role: 'tool' }>['content'];

/** Stands before a transcript that begins with an answer: providers want the first message to be a user's. */
const NO_BEGINNING = '[The beginning of this conversation is left out here.]';
/** Stands between results of tools and a user's message where only a model may answer the results. */
const RESULTS_READ = 'I have the results.';

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
  /** The results since the last message of another kind. */
  let results: ToolTurn[] = [];
  const showBehind = () => {
    for (const result of results) addMediaBehind(prompt, result, dialect);
    results = [];
  };
  for (const message of showingMedia(messages, dialect)) {
    if (message.role !== 'tool') showBehind();
    if (message.role !== 'user' && !prompt.some(({ role }) => role === 'user'))
      addUserText(prompt, NO_BEGINNING, dialect);
    switch (message.role) {
      case 'user':
        addUserMessage(prompt, message, dialect);
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
        results.push(message);
        break;
    }
  }
  showBehind();
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

/** Images stand before the text that speaks of them, as makers of models advise. */
function addUserMessage(prompt: LanguageModelV3Prompt, { text, images = [] }: UserTurn, dialect: Dialect): void {
  for (const [index, image] of images.entries()) {
    const { data, mediaType } = image;
    if (data === undefined) addUserText(prompt, mediaStandIn(image, index + 1), dialect);
    else addUserPart(prompt, { type: 'file', mediaType, data }, dialect);
  }
  addUserText(prompt, text, dialect);
}

function addUserText(prompt: LanguageModelV3Prompt, text: string, dialect: Dialect): void {
  // Anthropic refuses texts without a letter.
  addUserPart(prompt, { type: 'text', text: text.trim() === '' ? '[An empty message.]' : text }, dialect);
}

function addUserPart(prompt: LanguageModelV3Prompt, part: UserContent[number], dialect: Dialect): void {
  const last = prompt.at(-1);
  if (last?.role === 'tool' && dialect.alternatingRoles) {
    prompt.push({ role: 'assistant', content: [{ type: 'text', text: RESULTS_READ }] });
  }
  if (last?.role !== 'user') {
    prompt.push({ role: 'user', content: [part] });
    return;
  }
  const before = last.content.at(-1);
  const joined = dialect.oneTextPerMessage && before?.type === 'text' && part.type === 'text';
  if (joined) before.text += `\n\n${part.text}`;
  else last.content.push(part);
}

/** Adds a result to the message of the result before it: providers want the results of one answer together. */
function addToolResult(prompt: LanguageModelV3Prompt, result: ToolTurn, dialect: Dialect): void {
  const part: ToolContent[number] = {
    type: 'tool-result',
    toolCallId: wireToolCallId(result.toolCallId),
    toolName: result.toolName,
    output: toolOutputOf(result, dialect),
  };
  const last = prompt.at(-1);
  if (last?.role === 'tool') last.content.push(part);
  else prompt.push({ role: 'tool', content: [part] });
}

/** Shows what the protocol has no place for in a result, in a message of the user behind the results. */
function addMediaBehind(prompt: LanguageModelV3Prompt, { images = [], toolCallId }: ToolTurn, dialect: Dialect): void {
  for (const [index, each] of images.entries()) {
    const kind = mediaKindOf(each);
    if (each.data === undefined || dialect.toolMedia[kind] !== 'behind') continue;
    addUserText(prompt, `[${kind} ${index + 1} of the result of ${wireToolCallId(toolCallId)}]`, dialect);
    addUserPart(prompt, { type: 'file', mediaType: each.mediaType, data: each.data }, dialect);
  }
}

/** Puts the context behind everything that stays the same on the next turn, so that prompt caches stay valid. */
function addContext(prompt: LanguageModelV3Prompt, context: string, dialect: Dialect): void {
  const last = prompt.at(-1);
  if (last?.role !== 'tool' || dialect.contextPlace === 'own_part') {
    addUserText(prompt, context, { ...dialect, alternatingRoles: false });
    return;
  }
  const result = last.content.at(-1);
  if (result?.type === 'tool-result') result.output = withTextBehind(result.output, context);
}
