import { type Finding, mergedFindings } from './finding.ts';
import { foldedForm, lookAlikeForm, type MatchedForm } from './matched-form.ts';
import { isAllLetters, JOINED, phrasePattern } from './phrase-pattern.ts';
import type { Reading, ReadText } from './read-text.ts';
import { startsWord, stopsWord } from './word-boundary.ts';

/** Phrases that are compiled once and then looked for in many texts. */
export interface PhraseFinder {
  /** Each phrase in the form in which it was configured, with the forms of text in which it is looked for. */
  readonly phrases: readonly CompiledPhrase[];
  find(read: ReadText): PhraseFinding[];
  /** False: `find` finds nothing. It takes at most as many steps as the text has characters, times `letters`. */
  mayFind(read: ReadText): boolean;
  /** The letters of all phrases. */
  readonly letters: number;
}

export interface PhraseFinding extends Finding {
  /** The phrase in the form in which it was configured. */
  readonly phrase: string;
}

export interface CompiledPhrase {
  readonly phrase: string;
  readonly wholeWords: boolean;
  readonly sought: readonly SoughtForm[];
}

export type FormName = 'folded' | 'look_alike' | 'digits_as_letters';

interface SoughtForm {
  readonly form: FormName;
  /** The letters of the phrase in that form. A text without them is not searched. Empty: it has other signs, too. */
  readonly core: string;
  readonly text: string;
  readonly pattern: RegExp;
}

/** A phrase is looked for with digits and signs in place of letters only if it has this many letters. */
const LEAST_LETTERS_FOR_DIGITS = 5;
const NO_LETTER = /[^\p{L}\p{N}\p{M}]+/gu;

/**
 * Compiles phrases. A phrase is found in any case, width, font and accent, with invisible characters in it, in characters
 * that look the same, marked up, hyphenated, spelled out, escaped as in an address or a program, and with digits in place
 * of letters. Phrases that are left empty match nothing.
 * @param wholeWords false: a phrase is also found inside a longer word
 */
export function createPhraseFinder(phrases: readonly string[], wholeWords = true): PhraseFinder {
  const compiled = phrases
    .map((phrase) => compiledPhrase(phrase, wholeWords))
    .filter(({ sought }) => sought.length > 0);
  const sought = compiled.flatMap((phrase) => phrase.sought);
  return {
    phrases: compiled,
    find(read) {
      if (compiled.length === 0) return [];
      const readings = read.readings.map(textFormsOf);
      return compiled.flatMap((phrase) => findingsOf(read.text, readings, phrase));
    },
    letters: sought.reduce((sum, { core }) => sum + core.length, 0),
    mayFind(read) {
      const readings = read.readings.map(textFormsOf);
      return sought.some(({ form, core }) => readings.some((each) => each.of(form)?.core.includes(core)));
    },
  };
}

function compiledPhrase(phrase: string, wholeWords: boolean): CompiledPhrase {
  const folded = trimmed(foldedForm(phrase).text);
  const lookAlikes = [phrase, phrase.toLowerCase(), phrase.toUpperCase()].map((each) =>
    trimmed(lookAlikeForm(each).text),
  );
  const sought: SoughtForm[] = [];
  const add = (form: FormName, text: string) => {
    if (text === '' || sought.some((each) => each.form === form && each.text === text)) return;
    let pattern: RegExp | undefined;
    sought.push({
      form,
      core: isAllLetters(text) ? lettersOf(text) : '',
      text,
      // Compiling one takes a tenth of a millisecond for each letter, and most are never needed.
      get pattern() {
        pattern ??= phrasePattern(text);
        return pattern;
      },
    });
  };
  // An ASCII phrase is found in the look-alike form wherever it is found in the folded one.
  if (!lookAlikes.includes(folded)) add('folded', folded);
  for (const text of lookAlikes) add('look_alike', text);
  for (const text of lookAlikes) {
    if (lettersOf(text).length >= LEAST_LETTERS_FOR_DIGITS && /^[a-z0-9 ]+$/.test(text))
      add('digits_as_letters', withoutDigits(text));
  }
  return { phrase, wholeWords, sought };
}

function findingsOf(
  text: string,
  readings: readonly TextForms[],
  { phrase, wholeWords, sought }: CompiledPhrase,
): PhraseFinding[] {
  const found = readings.flatMap((forms) =>
    sought.flatMap((each) => {
      const { form, core } = each;
      const matched = forms.of(form);
      if (matched === undefined || !matched.core.includes(core)) return [];
      const needsDigit = form === 'digits_as_letters';
      const confidence = needsDigit ? 0.8 : 1;
      return matchesOf(text, matched, { pattern: each.pattern, wholeWords, needsDigit }).map((span) => ({
        ...span,
        what: 'phrase',
        confidence,
      }));
    }),
  );
  return mergedFindings(found).map((finding) => ({ ...finding, phrase }));
}

function matchesOf(
  text: string,
  { form, borders }: TextForm,
  { pattern, wholeWords, needsDigit }: { pattern: RegExp; wholeWords: boolean; needsDigit: boolean },
): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(form.text); match !== null; match = pattern.exec(form.text)) {
    const to = match.index + match[0].length;
    const span = { start: form.start(match.index), end: form.end(to - 1) };
    const holds =
      endsCharacter(borders.text, to) &&
      (!wholeWords || (startsWord(text, borders, match.index) && stopsWord(text, borders, to))) &&
      wordsAreApart(text, borders, match) &&
      (!needsDigit || standsForLetters(text.slice(span.start, span.end)));
    if (holds) found.push(span);
    // A match that does not hold may hide one that begins inside it.
    pattern.lastIndex = holds ? to : match.index + 1;
  }
  return found;
}

const ENDS_CHARACTER = new RegExp(`^${JOINED}`, 'u');

/** False in front of a mark or of the rest of a Hangul syllable: the phrase would end within a character. */
function endsCharacter(text: string, at: number): boolean {
  return !ENDS_CHARACTER.test(text.slice(at, at + 2));
}

/** True unless the pattern has matched two words of the phrase that are one word in the text. */
function wordsAreApart(text: string, form: MatchedForm, match: RegExpExecArray): boolean {
  return match.slice(1).every((between, index) => {
    if (between !== '') return true;
    const at = match.indices?.[index + 1]?.[0];
    return at === undefined || startsWord(text, form, at) || form.start(at) > form.end(at - 1);
  });
}

/** True for a piece of text in which a sign, or a capital I within a word, is written for a letter. */
function standsForLetters(piece: string): boolean {
  return /\p{L}/u.test(piece) && /[0-9@$!|€]|\p{Ll}I/u.test(piece);
}

const DIGIT_FOR: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'l',
  '|': 'l',
  '€': 'e',
  i: 'l',
};

/** Has the length of the text: each character stands for one. */
export function withoutDigits(text: string): string {
  return text.replace(/[0-9@$!|€i]/g, (character) => DIGIT_FOR[character] ?? character);
}

/** The letters and digits of a form: what a phrase of letters can't be matched without. */
export function lettersOf(form: string): string {
  return form.replace(NO_LETTER, '');
}

function trimmed(form: string): string {
  return form.replace(/ +/g, ' ').trim();
}

interface TextForm {
  readonly form: MatchedForm;
  /** The form, of the same length, that shows where words begin and end: a sign that stands for a letter ends a word there. */
  readonly borders: MatchedForm;
  readonly core: string;
}

interface TextForms {
  /** Undefined: the text holds nothing that this form would change. */
  of(name: FormName): TextForm | undefined;
}

/** Several rules look for phrases in one reading, and each looks twice. Finding its letters takes 0.8 ms for 4,000 characters. */
const formsOfReadings = new WeakMap<Reading, TextForms>();

/** The forms of one reading with their letters, each made when a phrase first asks for it. */
function textFormsOf(read: Reading): TextForms {
  const known = formsOfReadings.get(read);
  if (known !== undefined) return known;
  const made = new Map<FormName, TextForm | undefined>();
  const forms: TextForms = {
    of(name) {
      if (!made.has(name)) {
        const form = textForm(read, name);
        const borders = name === 'folded' ? read.folded : read.lookAlike;
        made.set(name, form && { form, borders, core: lettersOf(form.text) });
      }
      return made.get(name);
    },
  };
  formsOfReadings.set(read, forms);
  return forms;
}

function textForm(read: Reading, name: FormName): MatchedForm | undefined {
  switch (name) {
    case 'folded':
      return read.folded;
    case 'look_alike':
      return read.lookAlike;
    case 'digits_as_letters': {
      const { text, lookAlike } = read;
      const mixed = /[a-z][0-9@$!|€]|[0-9@$!|€][a-z]/.test(lookAlike.text) || /\p{Ll}I/u.test(text);
      return mixed ? { ...lookAlike, text: withoutDigits(lookAlike.text) } : undefined;
    }
  }
}
