import { WRITTEN_BLANK } from './escaped-character.ts';
import { type EscapeReading, foldedForm, lookAlikeForm, type MatchedForm, plainForm } from './matched-form.ts';

/** The forms of a text in which phrases are looked for. Each is made once, when the first rule asks for it. */
export interface Reading {
  readonly text: string;
  readonly folded: MatchedForm;
  readonly lookAlike: MatchedForm;
}

/** A text that several rules read. */
export interface ReadText {
  readonly text: string;
  readonly plain: MatchedForm;
  /** The ways to read it: with escapes as what they mean, and also with `\\n` and its like as blanks where it has any. */
  readonly readings: readonly Reading[];
}

export function readText(text: string): ReadText {
  let plain: MatchedForm | undefined;
  const readings = [readingOf(text, 'escapes')];
  if (WRITTEN_BLANK.test(text)) readings.push(readingOf(text, 'escapes_and_blanks'));
  return {
    text,
    readings,
    get plain() {
      plain ??= plainForm(text);
      return plain;
    },
  };
}

function readingOf(text: string, escapes: EscapeReading): Reading {
  let folded: MatchedForm | undefined;
  let lookAlike: MatchedForm | undefined;
  return {
    text,
    get folded() {
      folded ??= foldedForm(text, escapes);
      return folded;
    },
    get lookAlike() {
      lookAlike ??= lookAlikeForm(text, escapes);
      return lookAlike;
    },
  };
}
