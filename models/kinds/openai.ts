import type { SharedV3ProviderOptions } from '@ai-sdk/provider';
import { everyKind } from '../dialect.ts';
import { openAiCompatibleChat, openAiModel } from './openai-compatible.ts';
import {
  MEDIA_CAPABILITIES,
  type ProtocolAdapter,
  type ProviderKind,
  REASONING_CAPABILITIES,
} from './provider-kind.ts';

const PUBLIC_BASE_URL = 'https://api.openai.com/v1';

/** An address that is not OpenAI's own is a proxy, which may lead to models of other makers. */
const openAiChat: ProtocolAdapter = {
  ...openAiCompatibleChat,
  // OpenAI takes a message of the user behind results. A proxy that does not is learned: `alternating_roles`.
  dialect: { ...openAiCompatibleChat.dialect, toolMedia: everyKind('behind') },
  languageModel: (endpoint) =>
    isOpenAiItself(endpoint) ? openAiModel(endpoint) : openAiCompatibleChat.languageModel(endpoint),
  // OpenAI caches per machine, and sends requests of the same key to the same one.
  providerOptions({ baseUrl, cacheKey }): SharedV3ProviderOptions {
    if (!isOpenAiItself({ baseUrl }) || cacheKey === undefined) return {};
    return { openai: { promptCacheKey: cacheKey } };
  },
};

/** The families of which OpenAI says that o200k_base tokenizes them. */
const O200K_FAMILIES = /^(chatgpt-4o|gpt-4o|gpt-4\.[15]|gpt-5|o[134])(?![a-z0-9])/;

function isOpenAiItself({ baseUrl }: { readonly baseUrl: string }): boolean {
  return baseUrl === PUBLIC_BASE_URL;
}

export const openai = {
  name: 'openai',
  displayName: 'OpenAI',
  adapters: [openAiChat],
  publicBaseUrl: PUBLIC_BASE_URL,
  endpointUrl: undefined,
  needsKey: true,
  environment: { apiKey: 'OPENAI_API_KEY', baseUrl: 'OPENAI_BASE_URL' },
  offers: 'registered_or_known',
  knownModels: [
    { id: 'gpt-5.1', contextWindow: 400_000, maxOutputTokens: 128_000, capabilities: REASONING_CAPABILITIES },
    { id: 'gpt-4.1', contextWindow: 1_000_000, maxOutputTokens: 32_768, capabilities: MEDIA_CAPABILITIES },
    { id: 'gpt-5-mini', contextWindow: 400_000, maxOutputTokens: 128_000, capabilities: REASONING_CAPABILITIES },
    { id: 'gpt-5-nano', contextWindow: 400_000, maxOutputTokens: 128_000, capabilities: REASONING_CAPABILITIES },
  ],
  priceTableId: 'openai',
  hiddenInputTokens: 0,
  cacheWritePercent: 100,
  isOwnAddress: (baseUrl) => isOpenAiItself({ baseUrl }),
  isTokenizedByO200k: ({ baseUrl, model }) => isOpenAiItself({ baseUrl }) && O200K_FAMILIES.test(model),
} as const satisfies ProviderKind;
