import { everyKind } from '../dialect.ts';
import { openAiCount } from '../input-count/openai-count.ts';
import type { ModelEndpoint, ProtocolAdapter, ProviderKind } from './provider-kind.ts';

export const openAiCompatibleChat: ProtocolAdapter = {
  protocol: 'openai-chat',
  async languageModel(endpoint) {
    if (isOpenAiReasoningModel(endpoint.model)) return openAiModel(endpoint);
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    const { baseUrl, apiKey, headers, model, fetch } = endpoint;
    // The name decides under which key Gemini's thought signatures come back through OpenAI-style endpoints, and the
    // library reads them again under `google` only. Without includeUsage, streams report no usage.
    const settings = { baseURL: baseUrl, apiKey, headers, fetch, includeUsage: true };
    return createOpenAICompatible({ name: 'google', ...settings })(model);
  },
  dialect: {
    contextPlace: 'last_text',
    oneTextPerMessage: true,
    errorFlag: false,
    cacheMarks: false,
    toolSchemas: 'json-schema',
    alternatingRoles: false,
    // Its tool messages take text only, and many servers let no message stand between results and the answer to them.
    toolMedia: everyKind('none'),
  },
  inputCount: openAiCount,
  dialectSettings: [
    'stream_usage',
    'max_tokens_field',
    'system_role',
    'alternating_roles',
    'null_content',
    'prompt_cache',
    'max_images',
    'audio',
    'files',
    'tool_media',
  ],
  providerOptions: () => ({}),
};

/** A model as OpenAI's own library speaks to it. */
export async function openAiModel({ baseUrl, apiKey, headers, model, fetch }: ModelEndpoint) {
  const { createOpenAI } = await import('@ai-sdk/openai');
  return createOpenAI({ baseURL: baseUrl, apiKey, headers, fetch }).chat(model);
}

/** OpenAI's reasoning models refuse `max_tokens`, behind a proxy too, and only OpenAI's own library knows that. */
function isOpenAiReasoningModel(model: string): boolean {
  return /^(o\d|gpt-[5-9])/.test(model);
}

export const openAiCompatible = {
  name: 'openai-compatible',
  displayName: 'OpenAI-compatible endpoint',
  adapters: [openAiCompatibleChat],
  publicBaseUrl: undefined,
  endpointUrl: undefined,
  // Local servers often have none.
  needsKey: false,
  environment: undefined,
  offers: 'registered',
  knownModels: [],
  priceTableId: undefined,
  hiddenInputTokens: 0,
  cacheWritePercent: 100,
  isOwnAddress: () => false,
  isTokenizedByO200k: () => false,
} as const satisfies ProviderKind;
