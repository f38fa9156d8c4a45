import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type LimitName, limitNamed, limitSentence, reachedBy, tenantLimits } from '../../../domain/tenant-limits.ts';

// Object.keys forgets which names a table has.
const names = Object.keys(tenantLimits) as LimitName[];

test.each(names)('[tenant:limits:refused-by-name] the sentence about %s names it, its number and its unit', (name) => {
  const sentence = limitSentence({ name, used: 7, limit: 8, more: 2 });
  for (const part of [`"${name}"`, ' 8 ', limitNamed(name).unit]) expect(sentence).toContain(part);
});

test.each([
  [{ used: 7, limit: 8 }, 1, false],
  [{ used: 7, limit: 8 }, 2, true],
  [{ used: 8, limit: 8 }, 0, false],
  [{ used: 9, limit: 8 }, 0, true],
  [{ used: 0, limit: 0 }, 1, true],
])('[tenant:limits:refused-by-name] %o and %i more is beyond the limit: %s', (use, more, beyond) => {
  expect(reachedBy({ name: 'agents', ...use }, more) !== undefined).toBe(beyond);
});

const REFUSALS = { stored: '413', size: '413', at_once: '429', rate: '429', session: 'ends the session' };

/** The table of the page: name, default and status of each limit. */
const documented = [
  ...readFileSync(new URL('../../../docs/limits.md', import.meta.url), 'utf8').matchAll(
    /^\| `(\w+)` \| ([^|]+) \| .+ \| (413|429|ends the session) \|$/gm,
  ),
].map(([, name, standard, status]) => [name, standard, status]);

test('[tenant:limits:shown-and-set-by-operator] the page about limits lists each of them, with its default and the status of its refusal', () => {
  expect(documented).toEqual(
    names.map((name) => {
      const { kind, default: standard } = limitNamed(name);
      const shown = standard % 2 ** 30 === 0 ? `${standard / 2 ** 30} GiB` : standard.toLocaleString('en-US');
      return [name, shown, REFUSALS[kind]];
    }),
  );
});
