/** Characters that show nothing: zero-width characters, the soft hyphen, the word joiner and the byte-order mark. */
const INVISIBLE = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;

/**
 * The first of the phrases that occurs in the text, in the form in which it was configured. Both are compared after
 * NFKC, case folding, removal of invisible characters and collapsing of white space. A phrase may occur inside a word.
 * An empty phrase never matches.
 */
export function findBlockedPhrase(text: string, phrases: readonly string[]): string | undefined {
  if (phrases.length === 0) return undefined;
  const folded = foldedForm(text);
  return phrases.find((phrase) => {
    const wanted = foldedForm(phrase).trim();
    return wanted !== '' && folded.includes(wanted);
  });
}

/** The form that is compared. Upper case comes first: only it changes ß to SS and ς to Σ. */
export function foldedForm(text: string): string {
  return text
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replace(/\s+/g, ' ');
}
