import { redactSecrets } from '../domain/guardrails/secrets.ts';
import { secretForms, withoutSecretForms } from '../domain/secret-forms.ts';

export const MOST_SHOWN_CHARACTERS = 300;
/** The part of a long text that is looked at. It becomes shorter by what is taken out. */
const READ_CHARACTERS = 4 * MOST_SHOWN_CHARACTERS;
/** A piece of a key that is this long gives too much of it away. */
const LEAST_OF_SECRET = 6;
/** The same for a key in hexadecimal, in base64 or backwards. */
const LEAST_OF_FORM = 12;
/** A piece of the request that is this long is a quotation. Names of models and tools are shorter. */
const LEAST_OF_REQUEST = 32;

export interface Unshowable {
  /** The key of the request, and whatever else authorises it. */
  readonly secrets: readonly string[];
  /** Texts of the request. */
  readonly texts: readonly string[];
}

/** Keys that providers repeat with stars or dots in them: what is left may be a good part of the key. */
const MASKED_KEY = /[\w-]*(?:\*{2,}|•{2,}|\.{4,}|x{6,})[\w*•.-]*/gi;
/** What looks like a key, whoever's it is: the beginning of one, or one long word with digits and both cases. */
const LIKE_A_KEY =
  /\b(?:sk|pk|rk|gsk|xai|hf|ghp|api[-_]?key)[-_][\w.-]{8,}|\bAIza[\w-]{8,}|\b(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{24,}\b|\b[0-9a-f]{32,}\b/g;

/**
 * A provider's own words, fit to be shown: one line of at most 300 characters, without the key or the texts of the
 * request, and without anything that looks like a secret (I10).
 */
export async function shownWords(
  words: string,
  { secrets, texts }: Unshowable,
  mostCharacters = MOST_SHOWN_CHARACTERS,
): Promise<string> {
  let shown = words.slice(0, READ_CHARACTERS);
  for (const secret of secrets) {
    shown = withoutSecretForms(shown, [secret], '[key]');
    for (const form of secretForms(secret)) {
      const least = form === secret ? LEAST_OF_SECRET : LEAST_OF_FORM;
      if (form.length >= least || form === secret) shown = withoutPieces(shown, form, least, '[key]');
    }
  }
  shown = (await redactSecrets(shown)).text;
  shown = shown.replace(MASKED_KEY, '[key]').replace(LIKE_A_KEY, '[redacted]');
  for (const text of texts) shown = withoutPieces(shown, text, LEAST_OF_REQUEST, '[…]');
  const line = shown.replace(/[\s\p{C}]+/gu, ' ').trim();
  return line.length <= mostCharacters ? line : `${line.slice(0, mostCharacters - 1)}…`;
}

/**
 * Replaces each piece of at least `least` characters that `words` have in common with `source`. A piece so long covers a
 * whole window of half its length, so only the windows are looked for: a request may have megabytes.
 */
function withoutPieces(words: string, source: string, least: number, by: string): string {
  const window = Math.floor(least / 2);
  if (source.length < least) {
    return source.length < 4 ? words : words.replaceAll(source, by);
  }
  let left = words;
  for (let at = 0; at + window <= left.length; at += window) {
    const found = source.indexOf(left.slice(at, at + window));
    if (found === -1) continue;
    let before = 0;
    while (at - before > 0 && found - before > 0 && left[at - before - 1] === source[found - before - 1]) before++;
    let after = window;
    while (at + after < left.length && left[at + after] === source[found + after]) after++;
    if (before + after < least) continue;
    left = left.slice(0, at - before) + by + left.slice(at + after);
    at = at - before + by.length - window;
  }
  return left;
}
