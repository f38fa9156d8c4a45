import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBlockedPhrase } from '../../../../domain/guardrails/phrases.ts';

describe('blocked phrases', () => {
  it('are found in any case, width and spacing', () => {
    const phrases = ['Project Falcon'];
    for (const text of [
      'about project  falcon.',
      'PROJECT\nFALCON',
      'Ｐｒｏｊｅｃｔ Ｆａｌｃｏｎ',
      'Pro\u200bject Fal\u00adcon',
      'project\u00a0falcon',
    ]) {
      expect(findBlockedPhrase(text, phrases)).toBe('Project Falcon');
    }
    expect(findBlockedPhrase('the project: a falcon', phrases)).toBeUndefined();
    expect(findBlockedPhrase('GROSSE STRASSE', ['große Straße'])).toBe('große Straße');
  });

  it('are found at any place, and reported as they were configured', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.constantFrom('Nova', 'top  secret', 'ΣΊΣΥΦΟΣ'),
        (before, after, phrase) => {
          expect(findBlockedPhrase(`${before} ${phrase} ${after}`, ['', '  ', phrase])).toBe(phrase);
        },
      ),
    );
  });

  it('that are empty block nothing', () => {
    expect(findBlockedPhrase('anything', ['', ' \n', '\u200b'])).toBeUndefined();
    expect(findBlockedPhrase('anything', [])).toBeUndefined();
  });
});
