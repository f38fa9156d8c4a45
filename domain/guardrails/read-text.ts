import { foldedForm, lookAlikeForm, type MatchedForm, plainForm } from './matched-form.ts';

/** A text that several rules read. Each of its forms is made once, when the first rule asks for it. */
export interface ReadText {
  readonly text: string;
  readonly plain: MatchedForm;
  readonly folded: MatchedForm;
  readonly lookAlike: MatchedForm;
}

export function readText(text: string): ReadText {
  let plain: MatchedForm | undefined;
  let folded: MatchedForm | undefined;
  let lookAlike: MatchedForm | undefined;
  return {
    text,
    get plain() {
      plain ??= plainForm(text);
      return plain;
    },
    get folded() {
      folded ??= foldedForm(text);
      return folded;
    },
    get lookAlike() {
      lookAlike ??= lookAlikeForm(text);
      return lookAlike;
    },
  };
}
