import type { OwnCount } from '../../domain/attempt-outcome.ts';
import { countTokens } from '../../domain/tokens.ts';
import type { ModelAnswer, ModelCallError, WireBytes } from '../../models/model-call.ts';

/** The usual ratio for English text. Reasoning is shown in part, if at all, so an exact count of it would be of no use. */
const CHARACTERS_PER_TOKEN = 4;

/** A request, as far as its usage is counted. */
export interface CountedRequest {
  readonly promptTokens: number;
  /** The images that its selection shows. Absent: none. */
  readonly images?:
    | {
        readonly count: number;
        /** A bound on what the provider counts for them, which no byte of the request bounds. */
        readonly tokens: number;
      }
    | undefined;
  readonly request: { readonly maxOutputTokens: number };
}

/** True if the request showed every image that it was meant to show: a server may have refused images, or one of them. */
export function isSentWhole({ images }: Pick<CountedRequest, 'images'>, wireBytes: WireBytes | undefined): boolean {
  const meant = images?.count ?? 0;
  return meant === 0 || meant === wireBytes?.images;
}

/** What we count of an answer ourselves. It is used where the provider reports no usage. */
export function ownCountOfAnswer(opened: CountedRequest, answer: ModelAnswer): Required<OwnCount> {
  const calls = answer.toolCalls.map(({ name, rawArgs }) => `${name}${rawArgs}`).join('');
  const reasoningTokens = Math.ceil(answer.reasoningCharacters / CHARACTERS_PER_TOKEN);
  const { sent, received } = answer.wireBytes;
  return {
    inputTokens: opened.promptTokens,
    outputTokens: countTokens(answer.text) + countTokens(calls) + reasoningTokens,
    most: {
      requestBytes: sent + (opened.images?.tokens ?? 0),
      outputTokens: Math.min(received, opened.request.maxOutputTokens),
    },
  };
}

/** What we count of a request that failed. Nothing bounds what it may have cost but its reservation, unless its response came whole. */
export function ownCountOfFailure(opened: CountedRequest, { partialText, wireBytes }: ModelCallError): OwnCount {
  return {
    inputTokens: opened.promptTokens,
    outputTokens: countTokens(partialText ?? ''),
    most: wireBytes && {
      requestBytes: wireBytes.sent + (opened.images?.tokens ?? 0),
      outputTokens: Math.min(wireBytes.received, opened.request.maxOutputTokens),
    },
  };
}
