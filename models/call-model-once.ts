import { answerOfDraft } from './answer-of-draft.ts';
import { adapterOf } from './kinds/kinds.ts';
import { createLanguageModels } from './language-models.ts';
import type { CallModelOnce, ModelRequest } from './model-call.ts';
import { modelCallError } from './model-failure.ts';
import { createMeteredFetch } from './request-wire.ts';
import { sdkPrompt, sdkTools } from './sdk-prompt.ts';
import { createAnswerDraft } from './wire/answer-draft.ts';
import { readResponse } from './wire/read-response.ts';

/**
 * Makes one streamed request to one model: no retries (Temporal is the only retry owner), no second request, at most
 * `maxRequestBytes` of body. Throws ModelCallError and nothing else.
 *
 * It calls the AI SDK's `doStream`, the one step that `streamText` is made of. Against a local server that answers with
 * 20 text deltas and a tool call, `streamText` costs 5.3–6.9 ms of CPU a call and `doStream` 1.4–1.9 ms, of which a bare
 * fetch is 1.0 ms. What `streamText` adds (retries, tool execution, steps, telemetry) has other owners here.
 * @param deps.fetch the guarded fetch (egress-guard.ts), which keeps connections alive
 */
export function createCallModelOnce(deps: { readonly fetch: typeof globalThis.fetch }): CallModelOnce {
  const metered = createMeteredFetch(deps.fetch);
  const languageModelOf = createLanguageModels(metered.fetch);

  return async (request) => {
    const { target, signal, timeoutMs, maxOutputTokens } = request;
    const stop = new AbortController();
    const wire = metered.open(stop.signal, request.maxRequestBytes);
    const draft = createAnswerDraft({ maxOutputTokens, onText: (delta) => request.onTextDelta?.(delta) });
    let stoppedBy: 'caller' | 'timeout' | undefined;
    const stopFor = (reason: 'caller' | 'timeout') => {
      stoppedBy ??= reason;
      stop.abort();
    };
    const stopForCaller = () => stopFor('caller');
    const timer = setTimeout(() => stopFor('timeout'), timeoutMs);
    signal.addEventListener('abort', stopForCaller, { once: true });
    if (signal.aborted) stopForCaller();

    try {
      const adapter = adapterOf(target);
      const languageModel = await languageModelOf(target);
      const { stream } = await languageModel.doStream({
        prompt: sdkPrompt(request, adapter.dialect),
        maxOutputTokens,
        tools: request.tools.length === 0 ? undefined : sdkTools(request.tools, adapter.dialect),
        abortSignal: stop.signal,
        providerOptions: adapter.providerOptions({ baseUrl: target.baseUrl, cacheKey: request.cacheKey }),
      });
      // The library built and sent the request. What it makes of answers is not for us: see wire/.
      stream.cancel().catch(() => {});
      await readResponse(wire.answer ?? new Response(''), {
        protocol: target.protocol,
        draft,
        offeredTools: new Set(request.tools.map(({ name }) => name)),
        maxOutputTokens,
        received: (bytes) => {
          wire.receivedBytes += bytes;
        },
      });
      return answerOfDraft({
        target,
        draft,
        mayBeEmpty: request.mayBeEmpty === true,
        sentBytes: wire.sentBytes,
      });
    } catch (error) {
      const failure = modelCallError(error, {
        wire,
        timeoutMs,
        partialText: draft.text,
        stoppedBy,
        unshowable: { secrets: [target.apiKey], texts: textsOf(request) },
      });
      // Only after the verdict, which depends on who stopped the request. Nobody reads on, so the provider may stop.
      stop.abort();
      throw await failure;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stopForCaller);
    }
  };
}

/** The texts of a request, which a provider may quote when it refuses it. */
function textsOf({ system, messages }: ModelRequest): string[] {
  return [system, ...messages.map((message) => (message.role === 'tool' ? message.output : message.text))];
}
