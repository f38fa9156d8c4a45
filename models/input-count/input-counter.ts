import { createSizedCache, fewBytes } from '../../domain/sized-cache.ts';
import { type AssembledRequest, createAssembleRequest } from '../assembled-request.ts';
import type { ModelSpec } from '../catalog.ts';
import { adapterOf, findKind } from '../kinds/kinds.ts';
import type { LearnedDialects } from '../learned-dialects.ts';
import { withBoundedBody } from '../refusal-body.ts';
import type { RequestContent } from '../send-request.ts';
import type { JsonObject } from './count-form.ts';
import { tokensOfChatRequest } from './openai-tokens.ts';

type Endpoint = Pick<ModelSpec, 'kind' | 'protocol' | 'baseUrl' | 'model'>;

export interface CountedInput {
  /** `counted`: the provider's own count. `tokenized`: a bound by the tokenizer of the model. */
  readonly by: 'counted' | 'tokenized';
  readonly tokens: number;
  /** UTF-8 bytes of the request that was counted, as it would be sent. */
  readonly requestBytes: number;
}

/** Counts the input of requests that are not sent yet. */
export interface InputCounter {
  /** False: `count` would find nothing. */
  canCount(model: Endpoint): boolean;
  /** @returns undefined when nobody says how many tokens the request has: the provider fails, is late or talks nonsense */
  count(request: RequestContent, signal: AbortSignal): Promise<CountedInput | undefined>;
}

/** A count takes some tenths of a second. A turn that waits longer is better served with the bound that it has. */
const TIMEOUT_MS = 5_000;
const KEPT_BYTES = 1024 * 1024;
/** An address that has no such endpoint may get one. */
const KEPT_MS = 24 * 60 * 60 * 1_000;
/** These say that there is no such endpoint. */
const ABSENT: readonly number[] = [404, 405, 501];

/**
 * Asks the counting endpoint of the provider. Where it does not answer, and the tokenizer of the model is known, it
 * tokenizes the request.
 * @param deps.fetch the guarded fetch (egress-guard.ts)
 * @param deps.dialects those of the model calls, so that what is counted is what will be sent
 */
export function createInputCounter(deps: {
  readonly fetch: typeof globalThis.fetch;
  readonly dialects: LearnedDialects;
  readonly timeoutMs?: number | undefined;
}): InputCounter {
  const assemble = createAssembleRequest(deps);
  /** End points that do not count. Another process finds that out anew, with one request that costs nothing. */
  const absent = createSizedCache<true>({ maxBytes: KEPT_BYTES, bytesOf: fewBytes, ttlMs: KEPT_MS });
  const keyOf = ({ protocol, baseUrl, model }: Endpoint) => JSON.stringify([protocol, baseUrl, model]);
  const asks = (endpoint: Endpoint) => asksProvider(endpoint) && absent.get(keyOf(endpoint)) === undefined;

  return {
    canCount: (model) => asks(model) || tokenizes(model),
    async count(request, signal) {
      const { target } = request;
      const assembled = await assemble(request);
      const requestBytes = Buffer.byteLength(assembled.body);
      const counted = asks(target) ? await askedFor(target, assembled, signal) : undefined;
      if (counted !== undefined) return { by: 'counted', tokens: counted, requestBytes };
      const tokenized = tokenizes(target) ? await tokensOfChatRequest(assembled.body) : undefined;
      return tokenized === undefined ? undefined : { by: 'tokenized', tokens: tokenized, requestBytes };
    },
  };

  async function askedFor(
    endpoint: Endpoint,
    { url, headers, body }: AssembledRequest,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { inputCount } = adapterOf(endpoint);
    // The library wrote a JSON object a moment ago.
    const question = inputCount.question(url, JSON.parse(body) as JsonObject);
    if (question === undefined) return undefined;
    try {
      const response = await deps.fetch(question.url, {
        method: 'POST',
        headers,
        body: JSON.stringify(question.body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(deps.timeoutMs ?? TIMEOUT_MS)]),
      });
      if (ABSENT.includes(response.status)) absent.set(keyOf(endpoint), true);
      const answer: unknown = await (await withBoundedBody(response)).json();
      if (!response.ok || typeof answer !== 'object' || answer === null) return undefined;
      const tokens = inputCount.tokensIn({ ...answer });
      return typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens > 0 ? tokens : undefined;
    } catch {
      // Whatever it was, the bound that is known without a count holds.
      return undefined;
    }
  }
}

/** Whether a count can be had of a model, as far as that is known without having asked. */
export function isCountable(model: Endpoint): boolean {
  return asksProvider(model) || tokenizes(model);
}

function asksProvider({ kind, baseUrl }: Endpoint): boolean {
  return findKind(kind)?.isOwnAddress(baseUrl) ?? false;
}

function tokenizes(endpoint: Endpoint): boolean {
  return findKind(endpoint.kind)?.isTokenizedByO200k(endpoint) ?? false;
}
