/**
 * Two facts with the same key are one fact: they differ at most in case, in blanks, and in punctuation that says nothing. A
 * sign or a point in front of a digit and the marks in C++, C#, a/b or a != b do say something. A fact without any letter or
 * digit, such as "!!!", is the same as another one only if its marks are the same.
 */
export function factKey(fact: string): string {
  const lower = fact.normalize('NFKC').toLowerCase();
  if (!/[\p{L}\p{N}]/u.test(lower)) return lower.replace(/\s+/g, ' ').trim();
  return lower
    .replace(/(?<![\p{L}\p{N}])['’]|['’](?![\p{L}\p{N}])/gu, ' ')
    .replace(/[.,:](?!\p{N})/gu, ' ')
    .replace(/!(?!=)|[;?…¡¿"“”„‚‘«»‹›()[\]{}\u3001\u3002。、，！？]/gu, ' ')
    .replace(/(?<=[\p{L}\p{N}])\s*[-‐‑‒–—]\s*(?=\p{L})|[-‐‑‒–—](?![\p{L}\p{N}])/gu, ' ')
    .replace(/’/g, "'")
    .replace(/\s+/g, ' ')
    .trim();
}
