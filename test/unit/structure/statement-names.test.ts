import { expect, test } from 'vitest';
import { sourceFiles } from './source-files.ts';

/** The name of a statement, where it is written out. */
const NAMED = /\.(?:query|send)(?:<[^()]*?>)?\(\s*'([a-z-]+)'/g;

test('no two statements have the same name, under which Postgres keeps the text of the first one', () => {
  const names = sourceFiles()
    .filter(({ folder }) => folder === 'db')
    .flatMap(({ text }) => [...text.matchAll(NAMED)].map(([, name]) => name));
  expect(names.length).toBeGreaterThan(300);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
