import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Requirement } from '../../requirements/requirement.ts';
import { requirements } from '../../requirements.ts';
import { sourceFiles } from './source-files.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MAX_ID_CHARACTERS = 50;
const WELL_FORMED = /^(I([1-9]|10)|[a-z0-9-]+(:[a-z0-9-]+){2})$/;
/** Pages that make promises and are not part of the repository. */
const PAGES_ELSEWHERE = ['Agent Runs', 'Wire contract'];

/** Ids at the beginning of test names: `test('[I2] [stream:disconnect:run-goes-on] …`. Malformed ids are found, too. */
const cited = new Set(
  sourceFiles()
    .filter((file) => file.path.endsWith('.test.ts'))
    .flatMap((file) => [...file.text.matchAll(/['"`]((?:\[(?:[A-Z]+\d+|[\w-]+(?::[\w-]+){2,})\] ?)+)/g)])
    .flatMap(([, ids = '']) => [...ids.matchAll(/\[([^\]]+)\]/g)].map(([, id = '']) => id)),
);

/** What is wrong with the place that is said to make a promise. */
function flawsOf({ id, where }: Requirement): string[] {
  const [, page = '', section = ''] = /^(.+?), (.+)$/.exec(where) ?? [];
  if (section === '') return [`${id}: "${where}" is not a page and its section`];
  if (PAGES_ELSEWHERE.includes(page)) return [];
  const file = path.join(ROOT, page);
  if (!page.endsWith('.md') || !existsSync(file)) return [`${id}: there is no page ${page}`];
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);
  return headings.includes(section) ? [] : [`${id}: ${page} has no section "${section}"`];
}

test('[code:promises:listed-and-watched] ids are well-formed and unique', () => {
  const ids = requirements.map(({ id }) => id);
  expect(ids.filter((id) => !WELL_FORMED.test(id) || id.length > MAX_ID_CHARACTERS)).toEqual([]);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});

test('[code:promises:listed-and-watched] every promise is cited by a test', () => {
  expect(requirements.filter(({ id }) => !cited.has(id))).toEqual([]);
});

test('[code:promises:listed-and-watched] tests cite only promises that are listed', () => {
  const known = new Set(requirements.map(({ id }) => id));
  expect([...cited].filter((id) => !known.has(id))).toEqual([]);
});

test('[code:promises:listed-and-watched] the section that makes a promise exists', () => {
  expect(requirements.flatMap(flawsOf)).toEqual([]);
});
