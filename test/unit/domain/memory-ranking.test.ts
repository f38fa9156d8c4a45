import { describe, expect, test } from 'vitest';
import { factKey } from '../../../domain/fact-key.ts';
import { rankMemory, type TurnMemoryEntry } from '../../../domain/memory-ranking.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
const entry = (id: string, rest: Partial<TurnMemoryEntry> = {}): TurnMemoryEntry => ({
  id,
  block: 'general',
  fact: `fact ${id}`,
  tokens: 3,
  pinned: false,
  updatedAt: at(0),
  score: null,
  closeness: null,
  key: null,
  ...rest,
});

describe('[context:memory:ranked-by-what-it-is-for] the memory of a turn', () => {
  test('begins with rules, then pinned facts, new ones, relevant ones, the archive, and recent ones', () => {
    const entries = [
      entry('recent', { updatedAt: at(9) }),
      entry('recent-human', { block: 'human' }),
      entry('archive', { score: 9 }),
      entry('weak-human', { block: 'human', score: 2 }),
      entry('relevant', { block: 'project', score: 6 }),
      entry('best', { block: 'human', score: 8 }),
      entry('new', { updatedAt: at(20) }),
      entry('pinned', { pinned: true }),
      entry('rule', { block: 'system' }),
      entry('pinned-rule', { block: 'system', pinned: true }),
    ];
    expect(rankMemory(entries, at(10)).map(({ entry: { id }, why }) => `${id}: ${why}`)).toEqual([
      'pinned-rule: governance',
      'rule: governance',
      'pinned: pinned',
      'new: new',
      'best: relevant',
      'relevant: relevant',
      'archive: archive',
      'weak-human: archive',
      'recent-human: recent',
      'recent: recent',
    ]);
  });

  test('lets the eight newest facts of a session go first, and ranks its older ones like any other', () => {
    const entries = Array.from({ length: 12 }, (_, index) => entry(`n${index}`, { updatedAt: at(30 - index) }));
    const newFacts = rankMemory([entry('match', { score: 1 }), ...entries], at(10)).filter(({ why }) => why === 'new');
    expect(newFacts.map(({ entry: { id } }) => id)).toEqual(entries.slice(0, 8).map(({ id }) => id));
  });

  test('[context:memory:found-by-meaning] has a fact that is close in meaning among its matches, before one that has a word only, and says how each was found', () => {
    const entries = [
      entry('word', { score: 5 }),
      entry('weak-word', { score: 2 }),
      entry('both', { score: 2, closeness: 0.6 }),
      entry('close', { block: 'human', closeness: 0.6 }),
      entry('less-close', { block: 'human', closeness: 0.28 }),
      entry('close-rule', { block: 'system', closeness: 0.3 }),
    ];
    expect(
      rankMemory(entries, null).map(({ entry: { id }, why, foundBy }) => `${id}: ${why} ${foundBy.join('+')}`),
    ).toEqual([
      'close-rule: governance meaning',
      'close: relevant meaning',
      'both: archive words+meaning',
      'word: archive words',
      'less-close: archive meaning',
      'weak-word: archive words',
    ]);
  });

  test('knows repeated facts by the keys that are stored with them, and by their texts where one has none', () => {
    const repeats = (...keys: (string | null)[]) =>
      rankMemory(
        keys.map((key, nth) => entry(`e${nth}`, { key, fact: 'One fact.' })),
        null,
      ).map((each) => each.repeats);
    expect(repeats('k', 'k')).toEqual([null, 'e0']);
    expect(repeats('k', 'other')).toEqual([null, null]);
    expect(repeats('k', null)).toEqual([null, 'e0']);
  });

  test('has a repeated fact once, at the place of its most important entry', () => {
    const entries = [
      entry('later', { fact: 'the user  LIKES tea' }),
      entry('pinned', { fact: 'The user likes tea.', pinned: true }),
    ];
    expect(rankMemory(entries, null).map(({ entry: { id }, repeats }) => [id, repeats])).toEqual([
      ['pinned', null],
      ['later', 'pinned'],
    ]);
  });
});

describe('[context:memory:repeats-are-one-fact] two facts are one', () => {
  test.each([
    ['The user likes tea.', 'the user likes TEA'],
    ['The user likes tea.', ' The  user\nlikes tea '],
    ['The user likes tea!', 'The user, likes tea?'],
    ['“Tea” is liked', '"tea" is liked'],
    ['The user likes green-tea', 'The user likes green tea'],
    ['Tea – not coffee', 'Tea (not coffee)'],
    ["It doesn't work", 'It doesn’t work'],
    ['The ＡＰＩ', 'the api'],
    ['Größe zählt.', 'größe zählt'],
    ['会議は月曜。', '会議は月曜'],
    ['! ?', ' !  ？'],
  ])('if they differ in case, blanks and punctuation: %j and %j', (one, other) => {
    expect(factKey(one)).toBe(factKey(other));
  });

  test.each([
    ['The offset is -5', 'The offset is 5'],
    ['Version 1.5', 'Version 15'],
    ['Pay .5', 'Pay 5'],
    ['The user likes C++', 'The user likes C'],
    ['The user likes C#', 'The user likes C'],
    ['a != b', 'a = b'],
    ['Größe', 'Grüße'],
    ['The budget is 5 %', 'The budget is 5 $'],
    ['!!!', '???'],
    ['!', '!!'],
    ['🐝', '🐝🐝'],
  ])('but not if a sign makes the difference: %j and %j', (one, other) => {
    expect(factKey(one)).not.toBe(factKey(other));
  });
});
