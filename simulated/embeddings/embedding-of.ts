/** The simulated embedding models, and the lengths of their vectors. */
export const SIMULATED_EMBEDDINGS: ReadonlyMap<string, number> = new Map([
  ['simulated-embedding', 256],
  ['simulated-embedding-small', 128],
]);

/** Each line is one meaning. A real model has learned millions of them. */
const MEANINGS = [
  ['car', 'automobile', 'vehicle', 'auto'],
  ['doctor', 'physician', 'medic'],
  ['holiday', 'holidays', 'vacation', 'leave'],
  ['begin', 'begins', 'start', 'starts', 'commence', 'commences'],
  ['buy', 'buys', 'purchase', 'purchases', 'acquire', 'acquires'],
  ['bee', 'bees', 'hive', 'hives', 'beekeeper', 'apiary'],
  ['money', 'funds', 'cash'],
  ['house', 'home', 'residence'],
] as const;
const MEANING_OF_WORD: ReadonlyMap<string, string> = new Map(
  MEANINGS.flatMap((words) => words.map((word): [string, string] => [word, words[0]])),
);
/** Words that say nothing about the topic. */
const EMPTY = new Set(
  'a an and are at be by did do does for from has have he her his how i in is it its my of on or our she the their they to was we were what when where which who why will with you your'.split(
    ' ',
  ),
);
const WORD_WEIGHT = 3;
const PIECE_WEIGHT = 0.5;

/**
 * The simulated vector of a text: its words, with synonyms as one word, and the pieces of three characters in them, each at a
 * place and with a sign that its hash decides. The same text has the same vector in every process. Its length is 1.
 */
export function embeddingOf(text: string, length: number): number[] {
  const vector = new Array<number>(length).fill(0);
  const add = (feature: string, weight: number) => {
    const hash = hashOf(feature);
    const place = (hash >>> 1) % length;
    vector[place] = (vector[place] ?? 0) + (hash % 2 === 0 ? weight : -weight);
  };
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    if (EMPTY.has(word)) continue;
    const meaning = MEANING_OF_WORD.get(word) ?? word;
    add(meaning, WORD_WEIGHT);
    for (let at = 0; at + 3 <= meaning.length; at++) add(meaning.slice(at, at + 3), PIECE_WEIGHT);
  }
  const size = Math.hypot(...vector);
  // A text without a word of its own has a direction all the same.
  if (size === 0) vector[0] = 1;
  return vector.map((value) => value / (size || 1));
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  // The lowest bits of FNV-1a depend on the last character too much.
  return (hash ^ (hash >>> 15)) >>> 0;
}
