import type { LanguageModelV3 } from '@ai-sdk/provider';
import { bytesOfText, createSizedCache } from '../domain/sized-cache.ts';
import type { Dialect } from './dialect.ts';
import { adapterOf } from './kinds/kinds.ts';
import type { ModelTarget } from './model-call.ts';
import { changingBodies } from './request-body.ts';

const KEPT_BYTES = 32 * 1024 * 1024;
/** The compiled schemas of one model object, beside what is in its key. */
const MODEL_BYTES = 64 * 1024;

interface KeptModel {
  readonly model: LanguageModelV3;
  /** The model holds what is in its key once more. */
  readonly keyBytes: number;
}

/**
 * Keeps the library's model objects by everything that makes them: the openai-compatible library compiles its schemas
 * anew in each. They hold keys: never logged, never serialised (I10).
 */
export function createLanguageModels(
  fetch: typeof globalThis.fetch,
): (target: ModelTarget, dialect: Dialect) => Promise<LanguageModelV3> {
  const cache = createSizedCache<KeptModel>({
    maxBytes: KEPT_BYTES,
    bytesOf: ({ keyBytes }) => MODEL_BYTES + keyBytes,
  });
  return async (target, dialect) => {
    const { kind, protocol, baseUrl, apiKey, headers, model, extraBody } = target;
    const cacheKey = JSON.stringify([kind, protocol, baseUrl, apiKey, headers, model, extraBody, dialect]);
    const known = cache.get(cacheKey);
    if (known !== undefined) return known.model;
    const made = await adapterOf(target).languageModel({
      baseUrl,
      apiKey,
      headers,
      model,
      fetch: changingBodies(fetch, { dialect, extraBody }),
    });
    cache.set(cacheKey, { model: made, keyBytes: bytesOfText(cacheKey) });
    return made;
  };
}
