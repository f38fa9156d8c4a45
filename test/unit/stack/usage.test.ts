import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { USAGE } from '../../../stack/usage.ts';
import { sourceFiles } from '../structure/source-files.ts';

const VARIABLE = /\b[A-Z][A-Z_]+_[A-Z_]+\b|\bPORT\b/g;
/** Variables that are not for people who start the service. */
const OF_TESTS = ['AGENT_RUNS_FAULT_FILE'];

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const configuration = README.slice(README.indexOf('## Configuration'), README.indexOf('## Folders'));
const rows = configuration.split('\n').filter((line) => line.startsWith('| `'));
const inTable = new Set(rows.flatMap((row) => row.split('|')[1]?.match(VARIABLE) ?? []));
const inUsage = new Set(
  USAGE.split('\n')
    .filter((line) => line.startsWith('  ') && !line.startsWith('   '))
    .flatMap((line) => line.trim().split(/ {2,}/)[0]?.match(VARIABLE) ?? []),
);

test('[stack:settings:documented-and-checked] the help and the configuration table name the same variables', () => {
  // This variable stands in the text below the table.
  const wanted = [...inTable, 'XDG_CACHE_HOME'].filter((name) => !OF_TESTS.includes(name));
  expect([...inUsage].sort()).toEqual(wanted.sort());
});

test('[stack:settings:documented-and-checked] every variable of ours that an entry point reads is in the configuration table', () => {
  const read = sourceFiles()
    .filter(({ path }) => /^(api|db|models|processes|service|simulated|stack|worker)\//.test(path))
    .flatMap(({ text }) => [...text.matchAll(/\benv\.([A-Z_]+)|^ {2}([A-Z_]+): /gm)])
    .map(([, inCode = '', inSchema = '']) => inCode || inSchema)
    .filter((name) => /^(AGENT_RUNS|TEMPORAL|DATABASE)_/.test(name));
  expect(read.length).toBeGreaterThan(15);
  expect([...new Set(read)].filter((name) => !inTable.has(name))).toEqual([]);
});
