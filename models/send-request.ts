import { adapterOf } from './kinds/kinds.ts';
import { createLanguageModels } from './language-models.ts';
import type { LearnedDialects } from './learned-dialects.ts';
import type { ModelRequest } from './model-call.ts';
import { sdkPrompt, sdkTools } from './sdk-prompt.ts';

/** What decides the body of a request. */
export type RequestContent = Pick<
  ModelRequest,
  'target' | 'system' | 'messages' | 'context' | 'tools' | 'cacheKey' | 'maxOutputTokens'
>;

export type SendRequest = (request: RequestContent, signal: AbortSignal) => Promise<void>;

/**
 * Has the provider library build a request and pass it to `fetch`, with the same signal. What the library makes of the
 * response is dropped: see wire/.
 */
export function createSendRequest(deps: {
  readonly fetch: typeof globalThis.fetch;
  readonly dialects: LearnedDialects;
}): SendRequest {
  const languageModelOf = createLanguageModels(deps.fetch);
  return async (request, signal) => {
    const { target, tools, maxOutputTokens, cacheKey } = request;
    const dialect = deps.dialects.dialectFor(target);
    const languageModel = await languageModelOf(target, dialect);
    const { stream } = await languageModel.doStream({
      prompt: sdkPrompt(request, dialect),
      maxOutputTokens,
      tools: tools.length === 0 ? undefined : sdkTools(tools, dialect),
      abortSignal: signal,
      providerOptions: adapterOf(target).providerOptions({
        baseUrl: target.baseUrl,
        cacheKey: dialect.cacheKey === false ? undefined : cacheKey,
      }),
    });
    stream.cancel().catch(() => {});
  };
}
