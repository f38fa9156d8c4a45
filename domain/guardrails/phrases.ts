/** Characters that show nothing: zero-width ones, the soft hyphen, the word joiner, the byte-order mark. */
const INVISIBLE = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;

/**
 * The first of the phrases that occurs in the text, as it was configured. Compared after NFKC, case folding, removal of
 * invisible characters and collapsing of white space; a phrase may occur inside a word. Empty phrases never match.
 */
export function findBlockedPhrase(text: string, phrases: readonly string[]): string | undefined {
  if (phrases.length === 0) return undefined;
  const folded = foldedForm(text);
  return phrases.find((phrase) => {
    const wanted = foldedForm(phrase).trim();
    return wanted !== '' && folded.includes(wanted);
  });
}

/** What is compared. Upper case first: it alone takes ß to SS and ς to Σ. */
export function foldedForm(text: string): string {
  return text
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replace(/\s+/g, ' ');
}
