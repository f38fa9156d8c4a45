import { timeLimitsWith } from '../domain/time-limits.ts';
import type { DiallingFetch } from '../processes/egress-guard.ts';
import { createReadingPaces } from '../processes/reading-pace.ts';
import { answerOfDraft } from './answer-of-draft.ts';
import { createLearnedDialects, type LearnedDialects } from './learned-dialects.ts';
import { isMediaUnreadable } from './media-refusal.ts';
import type { CallModelOnce, ModelRequest } from './model-call.ts';
import { modelCallError } from './model-failure.ts';
import { createMeteredFetch, sentOf } from './request-wire.ts';
import { createSendRequest } from './send-request.ts';
import { mediaLoad, showingMedia, withoutMedia } from './shown-media.ts';
import { watchTime } from './time-watch.ts';
import { mostAnswerBytes } from './wire/answer-bounds.ts';
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
 * @param deps.dialects absent: what servers teach is known to these calls alone
 */
export function createCallModelOnce(deps: {
  readonly fetch: DiallingFetch;
  readonly dialects?: LearnedDialects | undefined;
}): CallModelOnce {
  const metered = createMeteredFetch(deps.fetch);
  const dialects = deps.dialects ?? createLearnedDialects();
  const send = createSendRequest({ fetch: metered.fetch, dialects });

  return async (request) => {
    const { target, signal, maxOutputTokens, pace = createReadingPaces().of('') } = request;
    const timeLimits = timeLimitsWith(target.timeLimits ?? {});
    const stop = new AbortController();
    const openWire = () =>
      metered.open(stop.signal, {
        maxRequestBytes: request.maxRequestBytes,
        maxResponseBytes: mostAnswerBytes(maxOutputTokens),
        connectTimeoutMs: timeLimits.connect_s * 1_000,
      });
    let wire = openWire();
    const draft = createAnswerDraft({
      maxOutputTokens,
      onText: (delta) => request.onTextDelta?.(delta),
      onPiece: request.onPiece,
    });
    let stoppedBy: 'caller' | 'timeout' | undefined;
    const stopFor = (reason: 'caller' | 'timeout') => {
      stoppedBy ??= reason;
      stop.abort();
    };
    const stopForCaller = () => stopFor('caller');
    let timedOut: string | undefined;
    const stopInTime = (reason: string) => {
      timedOut ??= reason;
      stopFor('timeout');
    };
    const time = watchTime(timeLimits, request.timeBound, stopInTime);
    signal.addEventListener('abort', stopForCaller, { once: true });
    if (signal.aborted) stopForCaller();

    try {
      for (let sent = false, { messages } = request; !sent; ) {
        wire.images = mediaLoad(showingMedia(messages, dialects.dialectFor(target)));
        const { count, kinds } = wire.images;
        // The length that was reserved for, or less where the server does not let that be asked for.
        const asked = Math.min(maxOutputTokens, dialects.outputLimitFor(target) ?? maxOutputTokens);
        try {
          await send({ ...request, messages, maxOutputTokens: asked }, stop.signal);
          sent = true;
        } catch (error) {
          if (stoppedBy !== undefined) throw error;
          // A refusal costs nothing, and the request in the form that it asks for is the one that was paid for.
          if (!dialects.learn(target, error, { maxOutputTokens: asked, kinds })) {
            // A file that a provider can't read would fail the session on every turn. It says nothing of the server.
            if (count === 0 || !isMediaUnreadable(error)) throw error;
            messages = withoutMedia(messages);
          }
          wire = openWire();
        }
      }
      const offeredTools = new Set(request.tools.map(({ name }) => name));
      await readResponse(wire.answer ?? new Response(''), {
        protocol: target.protocol,
        draft,
        offeredTools,
        maxOutputTokens,
        stream: pace.open(stop.signal),
        received: (bytes) => {
          wire.receivedBytes += bytes;
          request.onReceived?.(bytes);
        },
        taken: () => time.heard(draft.hasBegun),
      });
      return answerOfDraft({
        target,
        draft,
        mayBeEmpty: request.mayBeEmpty === true,
        sent: sentOf(wire),
        offeredTools,
      });
    } catch (error) {
      const failure = modelCallError(error, {
        model: target.model,
        wire,
        timedOut,
        timeLimits,
        partialText: draft.text,
        stoppedBy,
        unshowable: { secrets: [target.apiKey, ...Object.values(target.headers ?? {})], texts: textsOf(request) },
      });
      // Only after the verdict, which depends on who stopped the request. Nobody reads on, so the provider may stop.
      stop.abort();
      throw await failure;
    } finally {
      time.stop();
      signal.removeEventListener('abort', stopForCaller);
    }
  };
}

/** The texts of a request, which a provider may quote when it refuses it. */
function textsOf({ system, messages, context = '' }: ModelRequest): string[] {
  return [system, context, ...messages.map((message) => (message.role === 'tool' ? message.output : message.text))];
}
