/**
 * Two facts with the same key are one fact: they differ at most in case, in blanks, and in punctuation that says nothing. A
 * sign or a point in front of a digit and the marks in C++, C#, a/b or a != b do say something.
 */
export function factKey(fact: string): string {
  return fact
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<![\p{L}\p{N}])['’]|['’](?![\p{L}\p{N}])/gu, ' ')
    .replace(/[.,:](?!\p{N})/gu, ' ')
    .replace(/!(?!=)|[;?…¡¿"“”„‚‘«»‹›()[\]{}\u3001\u3002。、，！？]/gu, ' ')
    .replace(/(?<=[\p{L}\p{N}])\s*[-‐‑‒–—]\s*(?=\p{L})|[-‐‑‒–—](?![\p{L}\p{N}])/gu, ' ')
    .replace(/’/g, "'")
    .replace(/\s+/g, ' ')
    .trim();
}
