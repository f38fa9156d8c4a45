import type { MatchedForm } from './matched-form.ts';

/** An IBAN in groups has 42 characters, a card number 23 and a phone number with its extension some 30. */
const LONGEST_NUMBER = 64;
/** The longest address that mail servers accept. */
const LONGEST_ADDRESS = 320;

/**
 * The place from which an unfinished text may still become personal data: from its last word on, or from the word with the first
 * digit in its last 64 characters.
 */
export function heldPersonalData(form: MatchedForm): number {
  const { text } = form;
  const word = startOfWord(text, text.length);
  const near = Math.max(0, text.length - LONGEST_NUMBER);
  const digit = text.slice(near).search(/\d/);
  // A number may begin with a plus, a bracket or the country of an IBAN.
  const number = digit < 0 ? text.length : startOfWord(text, near + digit);
  return form.start(Math.max(0, Math.min(word, number)));
}

function startOfWord(text: string, at: number): number {
  const from = Math.max(0, at - LONGEST_ADDRESS);
  const blank = text.slice(from, at).search(/\s\S*$/);
  return blank < 0 ? from : from + blank + 1;
}
