import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV3 } from '@ai-sdk/provider';
import type { ModelTarget } from './model-call.ts';
import { publicEndpoints } from './public-endpoints.ts';

const MOST_CACHED = 512;

/**
 * The library's model objects, kept by (protocol, base URL, key, model): the openai-compatible one compiles its schemas
 * anew in each. Least recently used out. They hold keys: never logged, never serialised (I10).
 */
export function createLanguageModels(fetch: typeof globalThis.fetch): (target: ModelTarget) => LanguageModelV3 {
  const cache = new Map<string, LanguageModelV3>();
  return (target) => {
    const cacheKey = JSON.stringify([target.protocol, target.baseUrl, target.apiKey, target.model]);
    const model = cache.get(cacheKey) ?? languageModelOf(target, fetch);
    cache.delete(cacheKey);
    cache.set(cacheKey, model);
    const oldest = cache.keys().next();
    if (cache.size > MOST_CACHED && !oldest.done) cache.delete(oldest.value);
    return model;
  };
}

function languageModelOf(target: ModelTarget, fetch: typeof globalThis.fetch): LanguageModelV3 {
  const { apiKey, model } = target;
  const baseURL = target.baseUrl ?? publicEndpoints[target.protocol];
  switch (target.protocol) {
    case 'anthropic-messages':
      return createAnthropic({ baseURL, apiKey, fetch })(model);
    case 'google-generate':
      return createGoogleGenerativeAI({ baseURL, apiKey, fetch })(model);
    case 'openai-chat':
      if (target.baseUrl === undefined || isOpenAiReasoningModel(model)) {
        return createOpenAI({ baseURL, apiKey, fetch }).chat(model);
      }
      // The name decides under which key Gemini's thought signatures come back through OpenAI-style endpoints, and the
      // library reads them again under `google` only. Without includeUsage, no usage is reported in streams.
      return createOpenAICompatible({ name: 'google', baseURL, apiKey, fetch, includeUsage: true })(model);
  }
}

/** OpenAI's own reasoning models refuse `max_tokens`, behind a proxy too; only the OpenAI adapter knows it. */
function isOpenAiReasoningModel(model: string): boolean {
  return /^(o\d|gpt-[5-9])/.test(model);
}
