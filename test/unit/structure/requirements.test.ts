import { expect, test } from 'vitest';
import { requirements } from '../../requirements.ts';
import { sourceFiles } from './source-files.ts';

/** Ids in the names of tests: `test('[I2] [P8] …`. */
const cited = new Set(
  sourceFiles()
    .filter((file) => file.path.endsWith('.test.ts'))
    .flatMap((file) => [...file.text.matchAll(/['"`]((?:\[[A-Z]+\d+\] ?)+)/g)])
    .flatMap(([, ids = '']) => ids.match(/[A-Z]+\d+/g) ?? []),
);

test('[S2] every promise is cited by a test', () => {
  expect(requirements.filter(({ id }) => !cited.has(id))).toEqual([]);
});

test('[S2] tests cite only promises that were made', () => {
  const known = new Set(requirements.map(({ id }) => id));
  expect(known.size).toBe(requirements.length);
  expect([...cited].filter((id) => !known.has(id))).toEqual([]);
});
