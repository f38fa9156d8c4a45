/** Beside a limit that the provider names. The share of its tokens and of ours is not the same in every prompt. */
const MARGIN_PERCENT = 95;
/** A refusal that names no limit says only that the prompt was too long. */
const UNTOLD_PERCENT = 60;
const LEAST_TOLD_TOKENS = 256;
/** "(9000 in the messages, 1000 in the completion)" */
const BREAKDOWN = /\([^()]*[a-z][^()]*\)/gi;

/**
 * How long prompt and answer together may be for a model that refused a request as too long, in tokens by our own count. Providers say how many tokens
 * they counted and how many the model takes ("maximum context length is 8192 tokens, however you requested 9000"): the two largest
 * numbers of the refusal. Our count is lowered in that proportion, so it does not matter how theirs differs.
 */
export function learnedLimit(refusedTokens: number, refusal: string): number {
  const numbers = (refusal.replace(BREAKDOWN, '').match(/\d[\d,_]*/g) ?? []).map((digits) =>
    Number(digits.replace(/[,_]/g, '')),
  );
  const [counted, limit] = [...new Set(numbers)]
    .filter((each) => each >= LEAST_TOLD_TOKENS && each < 1e9)
    .sort((a, b) => b - a);
  const percent =
    counted === undefined || limit === undefined ? UNTOLD_PERCENT : Math.max(1, (limit / counted) * MARGIN_PERCENT);
  return Math.max(1, Math.floor((refusedTokens * percent) / 100));
}
