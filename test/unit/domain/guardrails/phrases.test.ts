import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { createPhraseFinder } from '../../../../domain/guardrails/phrases.ts';
import { readText } from '../../../../domain/guardrails/read-text.ts';
import { spellingsOf } from './spellings.ts';

const PHRASE = 'Project Falcon';
const finder = createPhraseFinder([PHRASE]);

function foundIn(text: string, phrases: readonly string[], wholeWords = true): string[] {
  return createPhraseFinder(phrases, wholeWords)
    .find(readText(text))
    .map(({ start, end }) => text.slice(start, end));
}

test('[guardrail:phrase:no-spelling-hides-it] a blocked phrase is found in each of more than 300 spellings', () => {
  const spellings = spellingsOf(PHRASE);
  expect(new Set(spellings.map(({ text }) => text)).size).toBeGreaterThan(300);
  const missed = spellings.filter(({ text }) => finder.find(readText(`It is called ${text} here.`)).length === 0);
  expect(missed).toEqual([]);
});

test('[guardrail:phrase:no-spelling-hides-it] nothing is left of a phrase where what was found is replaced', () => {
  for (const { text } of spellingsOf(PHRASE)) {
    const whole = `before ${text} behind`;
    const [found] = finder.find(readText(whole));
    const left = `${whole.slice(0, found?.start)}${whole.slice(found?.end)}`.replace(/[\p{M}\p{Cf}\p{DI}]/gu, '');
    expect(left.replace(/[\s"`*_]+/g, ' ').trim()).toBe('before behind');
  }
});

describe('[guardrail:phrase:whole-words] blocked phrases', () => {
  it.each([
    { text: 'projects falcon', phrase: PHRASE },
    { text: 'subproject falcon', phrase: PHRASE },
    { text: 'project falconry', phrase: PHRASE },
    { text: 'projectfalcon', phrase: PHRASE },
    { text: 'The project ended. Falcon flew away.', phrase: PHRASE },
    { text: 'the project: a falcon', phrase: PHRASE },
    { text: 'a therapist', phrase: 'the rapist' },
    { text: 'Scunthorpe', phrase: 'cunt' },
    { text: 'assess the classic bass', phrase: 'ass' },
    { text: 'the pen is here', phrase: 'penis' },
    { text: 'in 1s or 50', phrase: 'is' },
    { text: 'an A5 page', phrase: 'as' },
    { text: 'Ian said so', phrase: 'lan' },
    { text: 'C is a language', phrase: 'C++' },
    { text: 'かぎ', phrase: 'かき' },
    { text: '한국어', phrase: '한구' },
    { text: 'anything', phrase: '' },
    { text: 'anything', phrase: '\u200b \n' },
  ])('are not found in "$text" for "$phrase"', ({ text, phrase }) => {
    expect(foundIn(text, [phrase])).toEqual([]);
  });

  it.each([
    { text: 'GROSSE STRASSE', phrase: 'große Straße', found: 'GROSSE STRASSE' },
    { text: 'ένα μήνυμα εδώ', phrase: 'ΜΗΝΥΜΑ', found: 'μήνυμα' },
    { text: 'coкoл и другие', phrase: 'сокол', found: 'coкoл' },
    { text: '这是机密文件吗', phrase: '机密文件', found: '机密文件' },
    { text: 'これは極秘です', phrase: '極秘', found: '極秘' },
    { text: '한국어로'.normalize('NFD'), phrase: '한국어', found: '한국어'.normalize('NFD') },
    { text: 'une idée naive', phrase: 'naïve', found: 'naive' },
    { text: 'C++ is', phrase: 'c++', found: 'C++' },
    { text: 'off 🪁  up', phrase: '🪁 up', found: '🪁  up' },
    { text: "falcon's nest", phrase: 'falcon', found: 'falcon' },
    { text: '(falcon)', phrase: 'falcon', found: 'falcon' },
    { text: 'file_falcon_2.txt', phrase: 'falcon', found: 'falcon' },
    { text: 'theFalconFlies', phrase: 'falcon', found: 'Falcon' },
  ])('are found in "$text" for "$phrase"', ({ text, phrase, found }) => {
    expect(foundIn(text, [phrase])).toEqual([found]);
  });

  it('are found inside longer words where that is asked for', () => {
    expect(foundIn('superfalconry', ['falcon'], false)).toEqual(['falcon']);
    expect(foundIn('superfalconry', ['falcon'])).toEqual([]);
  });

  it.each([
    'project-falcon',
    '---',
    'e-mail!',
    'C++',
    'x[y]-{z}',
    '$5-off',
    'a|b',
    '(?:x)',
    '^_^',
    'foo/bar-baz',
    'é-à',
  ])('are found with any signs in them: %s', (phrase) => {
    expect(foundIn(`so ${phrase} it`, [phrase])).toEqual([phrase]);
  });

  it('are found at any place, and reported as they were configured', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.constantFrom('Nova', 'top  secret', 'ΣΊΣΥΦΟΣ'),
        (before, after, phrase) => {
          const found = createPhraseFinder(['', '  ', phrase]).find(readText(`${before} ${phrase} ${after}`));
          expect(found.map((each) => each.phrase)).toContain(phrase);
        },
      ),
      { seed: 7 },
    );
  });
});
