import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findBlockedPhrase } from '../../../../domain/guardrails/phrases.ts';
import { createScanWindow } from '../../../../domain/guardrails/scan-window.ts';

/** Streams a text in pieces of these lengths. @returns how much of it was shown in the end, in UTF-16 code units */
function shownOf(text: string, phrases: readonly string[], lengths: readonly number[]): number {
  const window = createScanWindow(phrases);
  let arrived = 0;
  let shown = 0;
  for (let i = 0; arrived < text.length; i++) {
    arrived += lengths[i % lengths.length] ?? 1;
    const next = window(text.slice(0, arrived), shown, shown);
    expect(next).toBeGreaterThanOrEqual(shown);
    expect(next).toBeLessThanOrEqual(text.length);
    shown = next;
  }
  return shown;
}

const lengths = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });

test('[delta:guardrail:blocked-text-never-shown] without a blocking rule the whole text is shown, but never half of a surrogate pair', () => {
  const window = createScanWindow(['', ' ']);
  expect(window('a kite', 0, 0)).toBe(6);
  expect(window('a \ud83e', 0, 0)).toBe(2);
  expect(window('a \ud83e\ude81', 2, 2)).toBe(4);
});

test('[delta:guardrail:blocked-text-never-shown] text that may still become a blocked phrase is held back, and the rest is shown', () => {
  const text = 'The sky is blue and wide.';
  expect(text.slice(0, shownOf(text, ['kite'], [3]))).toBe('The sky is blue and ');
});

test('[delta:guardrail:blocked-text-never-shown] nothing more is shown once a phrase has occurred', () => {
  const text = `Up goes the KITE${' and then nothing'.repeat(20)}`;
  expect(text.slice(0, shownOf(text, ['kite'], [1]))).toBe('Up goes t');
});

test('[delta:guardrail:blocked-text-never-shown] a rule that becomes stricter is applied to the whole text', () => {
  const text = 'A purple kite, high up.';
  expect(createScanWindow(['purple kite'])(text, 10, 0)).toBe(10);
});

test('[delta:guardrail:blocked-text-never-shown] no piece of a phrase is shown, however it is written and cut', () => {
  const noise = fc.constantFrom('', '\u200b', '\u00ad\u200b', '\ufeff'.repeat(40));
  const phrase = fc.constantFrom('purple kite', 'straße', 'ab', '\ud83e\ude81 up', 'ÅÅÅ', '한국어', 'x\u00a8\u00a8y');
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      phrase,
      fc.array(noise, { minLength: 1, maxLength: 12 }),
      fc.constantFrom<(text: string) => string>(
        (text) => text,
        (text) => text.toUpperCase(),
        (text) => text.normalize('NFD'),
        (text) => text.normalize('NFKD'),
        (text) => text.replaceAll(' ', ' \n\t  '),
      ),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      lengths,
      (before, blocked, noises, written, after, cuts) => {
        const disguised = Array.from(written(blocked), (character, i) => character + (noises[i % noises.length] ?? ''));
        // The blank keeps the phrase from merging with the text before it.
        const prefix = `${before}. `;
        const text = `${prefix}${disguised.join('')}${after}`;
        // The text behind may merge with the last character, as a Hangul final does. Then it is another word and not blocked.
        fc.pre(findBlockedPhrase(text, [blocked]) !== undefined);
        const shown = shownOf(text, [blocked, 'zz'], cuts);
        expect(shown).toBeLessThanOrEqual(prefix.length);
      },
    ),
    { numRuns: 500 },
  );
});
