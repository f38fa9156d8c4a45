import { type CountForm, withoutFields } from './count-form.ts';

/** What says how to answer. The question refuses these fields; all others are a part of the prompt, or are refused as well. */
const ABOUT_THE_ANSWER = new Set([
  'max_tokens',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'metadata',
  'service_tier',
]);

/** `POST /v1/messages/count_tokens`. Anthropic calls its answer an estimate that may differ by a small amount. */
export const anthropicCount: CountForm = {
  question: (url, body) => ({ url: `${url}/count_tokens`, body: withoutFields(body, ABOUT_THE_ANSWER) }),
  tokensIn: ({ input_tokens }) => input_tokens,
};
