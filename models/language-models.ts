import type { LanguageModelV3 } from '@ai-sdk/provider';
import { adapterOf } from './kinds/kinds.ts';
import type { ModelTarget } from './model-call.ts';

const MOST_CACHED = 512;

/**
 * Keeps the library's model objects by everything that makes them: the openai-compatible library compiles its schemas
 * anew in each. They hold keys: never logged, never serialised (I10).
 */
export function createLanguageModels(
  fetch: typeof globalThis.fetch,
): (target: ModelTarget) => Promise<LanguageModelV3> {
  const cache = new Map<string, LanguageModelV3>();
  return async (target) => {
    const { kind, protocol, baseUrl, apiKey, model } = target;
    const cacheKey = JSON.stringify([kind, protocol, baseUrl, apiKey, model]);
    const made = cache.get(cacheKey) ?? (await adapterOf(target).languageModel({ baseUrl, apiKey, model, fetch }));
    cache.delete(cacheKey);
    cache.set(cacheKey, made);
    const oldest = cache.keys().next();
    if (cache.size > MOST_CACHED && !oldest.done) cache.delete(oldest.value);
    return made;
  };
}
