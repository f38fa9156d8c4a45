import { expect, test } from 'vitest';
import { sourceFiles } from './source-files.ts';

const files = sourceFiles();
const MAX_LINES = 400;
/** A program writes them, and a test says when they are out of date. */
const GENERATED = ['sdk/typescript/src/types.ts'];
/** Names that do not say what the one job of a file is. */
const EMPTY_NAMES = /(^|[/.-])(utils?|helpers?|common|manager|misc)([/.-]|$)/;

test('[code:files:small-with-one-job] no file has more than 400 lines', () => {
  const long = files.map((file) => ({ path: file.path, lines: file.text.split('\n').length }));
  expect(long.filter(({ path, lines }) => lines > MAX_LINES && !GENERATED.includes(path))).toEqual([]);
});

test('[code:files:small-with-one-job] files have kebab-case names that say what they are for', () => {
  const wrong = files
    .map((file) => file.path)
    .filter((path) => EMPTY_NAMES.test(path) || !/^[a-z0-9-]+(\.[a-z0-9-]+)*\.ts$/.test(path.split('/').at(-1) ?? ''));
  expect(wrong).toEqual([]);
});

test('[code:files:small-with-one-job] only entry points, benchmarks and tests read the environment', () => {
  const wrong = files.filter(
    (file) =>
      /process\.env(?!`)/.test(file.text) && !/main\.ts$/.test(file.path) && !['test', 'bench'].includes(file.folder),
  );
  expect(wrong.map((file) => file.path)).toEqual([]);
});

test('[code:files:small-with-one-job] relative imports name the file, ending in .ts', () => {
  const wrong = files.flatMap((file) =>
    file.imports
      .filter(({ specifier }) => specifier.startsWith('.') && !/\.(ts|json)$/.test(specifier))
      .map(({ specifier }) => `${file.path} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

/** Vitest loads these by path and takes their default export. */
const LOADED_BY_VITEST = ['vitest.config.ts', 'test/support/second-tries.ts', 'test/support/worker-environment.ts'];

test('[code:files:small-with-one-job] no default exports and no export *', () => {
  const wrong = files.filter(
    (file) => /^export (default|\*)/m.test(file.text) && !LOADED_BY_VITEST.includes(file.path),
  );
  expect(wrong.map((file) => file.path)).toEqual([]);
});

test('a piece of SQL that queries share takes its parameters and assumes no position of them', () => {
  const shared = files.flatMap((file) =>
    file.path.startsWith('db/queries/')
      ? [...file.text.matchAll(/^(?:export )?const (\w+) =[\s\S]*?;$/gm)].map(([text, name]) => ({ file, name, text }))
      : [],
  );
  expect(shared.length).toBeGreaterThan(10);
  const positional = shared.filter(({ text }) => /\$\d/.test(text));
  expect(positional.map(({ file, name }) => `${name} in ${file.path}`)).toEqual([]);
});

test('[code:files:small-with-one-job] no source file defers work, and none holds a path of the machine it was written on', () => {
  // The words are put together here, so that this file does not match.
  const forbidden = new RegExp(
    [
      ['TO', 'DO'],
      ['FIX', 'ME'],
      ['/wo', 'rk/main'],
    ]
      .map((parts) => parts.join(''))
      .join('|'),
  );
  expect(files.filter((file) => forbidden.test(file.text)).map((file) => file.path)).toEqual([]);
});
