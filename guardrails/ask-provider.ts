import type { OnFailure } from '../contract/guardrail-providers.ts';
import { providerAnswerSchema } from '../contract/guardrail-providers.ts';
import type { ProviderVerdict } from '../domain/guardrails/guard-text.ts';
import type { GuardedPlace } from '../domain/guardrails/intervention.ts';
import { type DiallingFetch, EgressDeniedError } from '../processes/egress-guard.ts';

/** A connected provider with its opened key. It must not be stored, logged or sent to Temporal (I10). */
export interface GuardrailProvider {
  readonly name: string;
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
  readonly onFailure: OnFailure;
}

/** @param signal gives up the question, as if the provider did not answer */
export type AskProvider = (
  provider: GuardrailProvider,
  text: string,
  place: GuardedPlace,
  signal?: AbortSignal,
) => Promise<ProviderVerdict>;

const MOST_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * Asks a provider for its verdict on a text, once. Redirects are not followed: their target was not named by the tenant. It
 * never throws. A provider that does not answer, or not as it has to, fails open or closed, as the tenant has chosen.
 */
export function createAskProvider({ fetch }: { fetch: DiallingFetch }): AskProvider {
  return async (provider, text, { hook, tool }, signal) => {
    const asked = await answerOf(provider, { hook, tool, text }, signal).catch((error: unknown) => ({
      problem: problemOf(error),
    }));
    if ('problem' in asked) return failed(provider, asked.problem);
    const { verdict, text: replaced, reason_code: reasonCode, confidence } = asked;
    return { verdict, text: replaced, reasonCode, confidence };
  };

  async function answerOf({ url, apiKey, timeoutMs }: GuardrailProvider, body: object, signal?: AbortSignal) {
    const timeout = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify(body),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      connectTimeoutMs: timeoutMs,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return { problem: `it answered with status ${response.status}` };
    }
    const answer = providerAnswerSchema.safeParse(JSON.parse(await boundedText(response)));
    return answer.success ? answer.data : { problem: 'its answer is no verdict' };
  }
}

/** The verdict of a provider that could not be asked. @param problem in our words, without anything of its answer */
export function failed(
  { name, onFailure }: Pick<GuardrailProvider, 'name' | 'onFailure'>,
  problem: string,
): ProviderVerdict {
  const verdict = onFailure === 'open' ? 'warn' : 'block';
  const detail = `could not be judged by the guardrail provider ${name}: ${problem}`;
  return { verdict, reasonCode: 'provider_failed', detail };
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_ANSWER_BYTES) throw new RangeError('too long');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function problemOf(error: unknown): string {
  if (error instanceof EgressDeniedError) return 'its address may not be called';
  if (error instanceof Error && error.name === 'TimeoutError') return 'it did not answer in time';
  if (error instanceof SyntaxError) return 'its answer is no JSON';
  if (error instanceof RangeError) return 'its answer is too long';
  return 'it could not be reached';
}
