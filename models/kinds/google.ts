import { googleCount } from '../input-count/google-count.ts';
import {
  MEDIA_CAPABILITIES,
  type ProtocolAdapter,
  type ProviderKind,
  REASONING_CAPABILITIES,
} from './provider-kind.ts';

const PUBLIC_BASE_URL = 'https://generativelanguage.googleapis.com/v1beta';

export const googleGenerate: ProtocolAdapter = {
  protocol: 'google-generate',
  async languageModel({ baseUrl, apiKey, headers, model, fetch }) {
    const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
    return createGoogleGenerativeAI({ baseURL: baseUrl, apiKey, headers, fetch })(model);
  },
  dialect: {
    contextPlace: 'last_text',
    oneTextPerMessage: false,
    errorFlag: false,
    cacheMarks: false,
    toolSchemas: 'google',
    alternatingRoles: false,
    // Newer models take no sounds in `functionResponse.parts`.
    toolMedia: { image: 'result', document: 'result', sound: 'behind' },
  },
  inputCount: googleCount,
  dialectSettings: ['alternating_roles', 'system_role', 'max_images', 'audio', 'files'],
  providerOptions: () => ({}),
};

export const google = {
  name: 'google',
  displayName: 'Google Gemini',
  adapters: [googleGenerate],
  publicBaseUrl: PUBLIC_BASE_URL,
  endpointUrl: undefined,
  needsKey: true,
  environment: { apiKey: 'GOOGLE_GENERATIVE_AI_API_KEY', baseUrl: undefined },
  offers: 'registered_or_known',
  knownModels: [
    {
      id: 'gemini-2.5-pro',
      contextWindow: 1_048_576,
      maxOutputTokens: 65_536,
      capabilities: [...REASONING_CAPABILITIES, 'audio'],
    },
    {
      id: 'gemini-2.5-flash',
      contextWindow: 1_048_576,
      maxOutputTokens: 65_536,
      capabilities: [...REASONING_CAPABILITIES, 'audio'],
    },
    {
      id: 'gemini-2.5-flash-lite',
      contextWindow: 1_000_000,
      maxOutputTokens: 65_536,
      capabilities: [...MEDIA_CAPABILITIES, 'audio'],
    },
  ],
  priceTableId: 'google',
  hiddenInputTokens: 0,
  cacheWritePercent: 100,
  isOwnAddress: (baseUrl) => baseUrl === PUBLIC_BASE_URL,
  isTokenizedByO200k: () => false,
} as const satisfies ProviderKind;
