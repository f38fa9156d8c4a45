import { openAiCompatibleChat, openAiModel } from './openai-compatible.ts';
import {
  type ProtocolAdapter,
  type ProviderKind,
  REASONING_CAPABILITIES,
  STANDARD_CAPABILITIES,
} from './provider-kind.ts';

const PUBLIC_BASE_URL = 'https://api.openai.com/v1';

const openAiChat: ProtocolAdapter = {
  ...openAiCompatibleChat,
  /** An address that is not OpenAI's own is a proxy, which may lead to models of other makers. */
  languageModel: (endpoint) =>
    endpoint.baseUrl === PUBLIC_BASE_URL ? openAiModel(endpoint) : openAiCompatibleChat.languageModel(endpoint),
};

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
    { id: 'gpt-4.1', contextWindow: 1_000_000, maxOutputTokens: 32_768, capabilities: STANDARD_CAPABILITIES },
    { id: 'gpt-5-mini', contextWindow: 400_000, maxOutputTokens: 128_000, capabilities: REASONING_CAPABILITIES },
    { id: 'gpt-5-nano', contextWindow: 400_000, maxOutputTokens: 128_000, capabilities: REASONING_CAPABILITIES },
  ],
  priceTableId: 'openai',
  hiddenInputTokens: 0,
} as const satisfies ProviderKind;
