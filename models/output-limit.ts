/** Names of the field that bounds an answer, and of what it bounds. */
const LIMITED =
  /max_?(?:completion_?|output_?|new_?)?tokens|max(?:imum)? (?:output |completion |new )?tokens|(?:output|completion) tokens/i;
/** A number that is no part of a word, such as the name of a model. */
const NUMBERS = /(?<![\w.-])\d[\d,_]*(?![\w-]|\.\d)/g;
/** A model that takes less is no use, and whatever such a server refuses, it is not the length. */
const LEAST_TOKENS = 16;

/**
 * The longest answer that a refusal allows, where what it refuses is the length of the answer that was asked for. Half of
 * that length, where it names no other. Undefined: it refuses something else.
 */
export function outputLimitOf(words: string, askedTokens: number): number | undefined {
  if (!LIMITED.test(words)) return undefined;
  const named = [...words.matchAll(NUMBERS)]
    .map(({ 0: text, index }) => {
      const isExclusive =
        /(?:less|lower|smaller|fewer) than\W*$/i.test(words.slice(0, index)) ||
        /^\W*exclusive/i.test(words.slice(index + text.length));
      return Number(text.replace(/[,_]/g, '')) - (isExclusive ? 1 : 0);
    })
    .filter((tokens) => tokens !== askedTokens && tokens >= LEAST_TOKENS);
  const allowed = named.filter((tokens) => tokens < askedTokens);
  if (named.length > 0) return allowed.length === 0 ? undefined : Math.max(...allowed);
  const isTooLong = /too (?:large|high|long|many|big)|exceed|at most|maximum|out of range|less than/i.test(words);
  const half = Math.floor(askedTokens / 2);
  return isTooLong && half >= LEAST_TOKENS ? half : undefined;
}
