import type { LanguageModelV3 } from '@ai-sdk/provider';
import { LRUCache } from 'lru-cache';
import type { Dialect } from './dialect.ts';
import { adapterOf } from './kinds/kinds.ts';
import type { ModelTarget } from './model-call.ts';
import { changingBodies } from './request-body.ts';

const KEPT_MODELS = 512;

/**
 * Keeps the library's model objects by everything that makes them: the openai-compatible library compiles its schemas
 * anew in each. They hold keys: never logged, never serialised (I10).
 */
export function createLanguageModels(
  fetch: typeof globalThis.fetch,
): (target: ModelTarget, dialect: Dialect) => Promise<LanguageModelV3> {
  const cache = new LRUCache<string, LanguageModelV3>({ max: KEPT_MODELS });
  return async (target, dialect) => {
    const { kind, protocol, baseUrl, apiKey, headers, model, extraBody } = target;
    const cacheKey = JSON.stringify([kind, protocol, baseUrl, apiKey, headers, model, extraBody, dialect]);
    const known = cache.get(cacheKey);
    if (known !== undefined) return known;
    const made = await adapterOf(target).languageModel({
      baseUrl,
      apiKey,
      headers,
      model,
      fetch: changingBodies(fetch, { dialect, extraBody }),
    });
    cache.set(cacheKey, made);
    return made;
  };
}
