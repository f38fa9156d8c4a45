/** Beside a limit that the provider names. The share of its tokens and of ours is not the same in every prompt. */
const MARGIN_PERCENT = 95;
/** A refusal that names no limit says only that the prompt was too long. */
const UNTOLD_PERCENT = 60;
const LEAST_TOLD_TOKENS = 256;
/** A server that names no limit and refuses even this refuses it for something else, such as a proxy in between. */
const LEAST_UNTOLD_TOKENS = 2_048;
/** "(9000 in the messages, 1000 in the completion)" */
const BREAKDOWN = /\([^()]*[a-z][^()]*\)/gi;

/** A number that is no part of a word, such as the name or the date of a model. */
const NUMBERS = /(?<![\w.-])\d[\d,_]*(?![\w-]|\.\d)/g;
/** Our own words before those of the provider. */
const STATUS = /^\d{3}:/;

/**
 * How long prompt and answer together may be for a model that refused a request as too long, in tokens by our own count.
 * Providers say how many tokens they counted and how many the model takes ("maximum context length is 8192 tokens, however you
 * requested 9000"): the two largest numbers of the refusal. Our count is lowered in that proportion, so it does not matter how
 * theirs differs. Where they name only one, it is taken for the limit if it can be one.
 */
export function learnedLimit(refusedTokens: number, refusal: string): number {
  const named = refusal.replace(STATUS, '').replace(BREAKDOWN, '').match(NUMBERS) ?? [];
  const numbers = named.map((digits) => Number(digits.replace(/[,_]/g, '')));
  const [largest, second] = [...new Set(numbers)]
    .filter((each) => each >= LEAST_TOLD_TOKENS && each < 1e9)
    .sort((a, b) => b - a);
  const left = Math.max(1, Math.floor((refusedTokens * percentLeft(refusedTokens, largest, second)) / 100));
  return largest === undefined ? Math.max(left, LEAST_UNTOLD_TOKENS) : left;
}

function percentLeft(refusedTokens: number, largest: number | undefined, second: number | undefined): number {
  if (largest === undefined) return UNTOLD_PERCENT;
  if (second === undefined) return Math.min(UNTOLD_PERCENT, (largest / refusedTokens) * MARGIN_PERCENT);
  return Math.max(1, (second / largest) * MARGIN_PERCENT);
}
