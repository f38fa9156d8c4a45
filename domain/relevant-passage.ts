/** Shorter stems than this are in too many words. */
const LEAST_STEM = 4;
const LEFT_OUT = '[…]\n';

/**
 * The passage of a long text that concerns a conversation most: it begins with the paragraph that has most of the words, or
 * with the heading in front of it, and goes on to the end of the text.
 * @param words as full-text search knows them
 */
export function relevantPassage(text: string, words: readonly string[]): string {
  const stems = words.map(stemOf);
  if (stems.length === 0) return text;
  const paragraphs = paragraphsOf(text);
  let best = { start: 0, hits: 0 };
  let heading: number | undefined;
  for (const { start, content } of paragraphs) {
    const lower = content.toLowerCase();
    const hits = stems.filter((stem) => lower.includes(stem)).length;
    if (hits > best.hits) best = { start: heading ?? start, hits };
    heading = isHeading(content) ? (heading ?? start) : undefined;
  }
  return best.start === 0 ? text : LEFT_OUT + text.slice(best.start);
}

/** The end of a stem may differ from the word that it is made from, as in "compani" for "company". */
function stemOf(word: string): string {
  return word.length > LEAST_STEM + 1 ? word.slice(0, Math.max(LEAST_STEM, word.length - 2)) : word;
}

function paragraphsOf(text: string): { start: number; content: string }[] {
  const paragraphs: { start: number; content: string }[] = [];
  let start = 0;
  for (const { index, 0: gap } of text.matchAll(/\n\s*\n/g)) {
    paragraphs.push({ start, content: text.slice(start, index) });
    start = index + gap.length;
  }
  paragraphs.push({ start, content: text.slice(start) });
  return paragraphs;
}

function isHeading(paragraph: string): boolean {
  return /^#+ [^\n]*$/.test(paragraph);
}
