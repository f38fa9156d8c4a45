import { anthropicCount } from '../input-count/anthropic-count.ts';
import { type ProtocolAdapter, type ProviderKind, REASONING_CAPABILITIES } from './provider-kind.ts';

const PUBLIC_BASE_URL = 'https://api.anthropic.com/v1';

export const anthropicMessages: ProtocolAdapter = {
  protocol: 'anthropic-messages',
  async languageModel({ baseUrl, apiKey, headers, model, fetch }) {
    const { createAnthropic } = await import('@ai-sdk/anthropic');
    return createAnthropic({ baseURL: baseUrl, apiKey, headers, fetch })(model);
  },
  // A message of results may hold a text behind them, and a prompt cache ends with a part.
  dialect: {
    contextPlace: 'own_part',
    oneTextPerMessage: false,
    errorFlag: true,
    cacheMarks: true,
    toolSchemas: 'anthropic',
    alternatingRoles: false,
    // It takes no sounds at all.
    toolMedia: { image: 'result', document: 'result', sound: 'none' },
  },
  inputCount: anthropicCount,
  dialectSettings: ['alternating_roles', 'prompt_cache', 'max_images', 'files'],
  // Anthropic does not check that streamed arguments are JSON, and nobody reads arguments before their end.
  providerOptions: () => ({ anthropic: { toolStreaming: false } }),
};

export const anthropic = {
  name: 'anthropic',
  displayName: 'Anthropic',
  adapters: [anthropicMessages],
  publicBaseUrl: PUBLIC_BASE_URL,
  endpointUrl: undefined,
  needsKey: true,
  environment: { apiKey: 'ANTHROPIC_API_KEY', baseUrl: undefined },
  offers: 'registered_or_known',
  knownModels: [
    { id: 'claude-opus-5', contextWindow: 1_000_000, maxOutputTokens: 128_000, capabilities: REASONING_CAPABILITIES },
    { id: 'claude-sonnet-5', contextWindow: 1_000_000, maxOutputTokens: 128_000, capabilities: REASONING_CAPABILITIES },
    { id: 'claude-haiku-4-5', contextWindow: 200_000, maxOutputTokens: 64_000, capabilities: REASONING_CAPABILITIES },
  ],
  priceTableId: 'anthropic',
  // Anthropic bills a prompt of its own for tools: 346 tokens for today's models, 530 for the longest it had.
  hiddenInputTokens: 600,
  // For entries that last five minutes, which is what is asked for.
  cacheWritePercent: 125,
  isOwnAddress: (baseUrl) => baseUrl === PUBLIC_BASE_URL,
  isTokenizedByO200k: () => false,
} as const satisfies ProviderKind;
