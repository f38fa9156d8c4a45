import type { ReadingPaces } from '../processes/reading-pace.ts';
import { type CallModelOnce, ModelCallError, type ModelFailureType, type ModelTarget } from './model-call.ts';

export interface ProviderTestResult {
  readonly ok: boolean;
  readonly latencyMs: number;
  readonly error?: { readonly type: ModelFailureType; readonly message: string };
  /** The failure, for the log. Absent: it is none of a request. */
  readonly failure?: ModelCallError | undefined;
}

/** @param asker.signal gives up the request */
export type ProviderTest = (
  target: ModelTarget,
  asker: { readonly tenantId: string; readonly signal?: AbortSignal | undefined },
) => Promise<ProviderTestResult>;

/** OpenAI's reasoning models need a few tokens even to say nothing. */
const MAX_OUTPUT_TOKENS = 16;
const MAX_REQUEST_BYTES = 4_096;
/** Less than the 60 s for which an idempotency key of such a request is leased (service/verb/idempotency.ts). */
const TIME_BOUND = { seconds: 45, of: 'a test' };

/**
 * Asks the model for one word, to see whether address and key work. It may cost up to 16 output tokens, and an answer
 * that is cut off there is as good as any. Never throws.
 */
export function createProviderTest(deps: {
  readonly callModelOnce: CallModelOnce;
  readonly readingPaces?: ReadingPaces | undefined;
  readonly now?: () => number;
}): ProviderTest {
  const now = deps.now ?? Date.now;
  return async (target, { tenantId, signal = new AbortController().signal }) => {
    const startedMs = now();
    try {
      await deps.callModelOnce({
        target,
        system: '',
        messages: [{ role: 'user', text: 'Reply with the word ok.' }],
        tools: [],
        maxOutputTokens: MAX_OUTPUT_TOKENS,
        maxRequestBytes: MAX_REQUEST_BYTES,
        signal,
        pace: deps.readingPaces?.of(tenantId),
        timeBound: TIME_BOUND,
      });
      return { ok: true, latencyMs: now() - startedMs };
    } catch (error) {
      const known = error instanceof ModelCallError;
      // A reasoning model may think through all of its tokens. Its answer was paid for, so address and key work.
      if (known && error.type === 'model.empty_answer') return { ok: true, latencyMs: now() - startedMs };
      const failure = known ? error : undefined;
      const type = known ? error.type : 'model.rejected';
      const message = known ? error.message : 'the request could not be built';
      return { ok: false, latencyMs: now() - startedMs, error: { type, message }, failure };
    }
  };
}
