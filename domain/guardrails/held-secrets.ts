import type { MatchedForm } from './matched-form.ts';
import { OPEN_COOKIES } from './named-secrets.ts';
import { privateKeyBlocks } from './secret-patterns.ts';

/** No secret has more characters. */
const LONGEST_SECRET = 20_480;
const BLANK_OR_LETTER = /[^\x21-\x7e](?=[\x21-\x7e]*$)/;
const OPEN_LINE = /-----[A-Z0-9 ]{0,60}-{0,5}$|-{1,5}$/;

/**
 * The place from which an unfinished text may still become a secret: from its last word on, since no secret but a private key has
 * blanks or characters beyond ASCII in it. A key that has begun is held back to its end, and a header with cookies to the end of its line.
 */
export function heldSecrets(form: MatchedForm): number {
  const { text } = form;
  const from = Math.max(0, text.length - LONGEST_SECRET);
  const tail = text.slice(from);
  const blank = BLANK_OR_LETTER.exec(tail);
  const word = blank === null ? 0 : blank.index + 1;
  const line = OPEN_LINE.exec(tail)?.index ?? tail.length;
  const [openKey = tail.length] = privateKeyBlocks(tail).findLast(([, end]) => end === tail.length) ?? [];
  const cookies = OPEN_COOKIES.exec(tail)?.index ?? tail.length;
  return form.start(from + Math.min(word, line, openKey, cookies));
}
