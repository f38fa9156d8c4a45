import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globMatcher } from '../../../domain/name-globs.ts';
import { indexToolNames } from '../../../domain/tool-name-index.ts';

const namesOf = (server: string, own: string) => ({ qualified: `${server}/${own}`, own, model: `${server}_${own}` });

test('[tool:policy:every-name-of-a-tool] [tenant:limits:patterns-compared] the index finds the tools that a comparison with every name finds', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', '_'), minLength: 1, maxLength: 3 });
  const tools = fc.array(
    fc.tuple(part, part, fc.boolean()).map(([server, own, hidden]) => ({
      ...namesOf(server, own),
      own: hidden ? undefined : own,
    })),
    { maxLength: 12 },
  );
  const glob = fc.string({ unit: fc.constantFrom('a', 'b', '_', '/', '*', '?', '{a,b}', '[a]'), maxLength: 5 });
  fc.assert(
    fc.property(tools, glob, fc.constantFrom('any' as const, 'model' as const), (known, text, names) => {
      const matches = globMatcher(text);
      const expected = known.flatMap(({ qualified, own, model }, place) => {
        const compared = names === 'model' ? [model] : [qualified, own ?? model, model];
        return compared.some(matches) ? [place] : [];
      });
      expect(indexToolNames(known).matching(text, names)).toEqual(expected);
    }),
    { seed: 12, numRuns: 2_000 },
  );
});

test('[tenant:limits:patterns-compared] a glob costs the names that begin like it, more with brackets, and a whole name costs nothing', () => {
  const tools = ['github', 'mail'].flatMap((server) =>
    Array.from({ length: 10 }, (_, n) => namesOf(server, `${server}-tool-${n}`)),
  );
  const { comparisons, matching } = indexToolNames(tools);
  const cost = (glob: string) => comparisons(glob);
  expect(cost('github/github-tool-3')).toBe(0);
  expect(matching('github/github-tool-3')).toEqual([3]);
  expect(cost('github/*')).toBe(10);
  expect(cost('*')).toBe(60);
  expect(comparisons('*', 'model')).toBe(20);
  expect(cost('nobody/*')).toBe(0);
  expect(cost('github/{github-tool,mail}-?')).toBe(10 * 24);
});

test('[tenant:limits:patterns-compared] as many comparisons as a tenant may have hold their process for some milliseconds', () => {
  // Names as long as they may be, and globs that go through all of each.
  const tools = Array.from({ length: 200 }, (_, n) => namesOf('s'.repeat(50), `${'a'.repeat(100)}${n}`));
  const index = indexToolNames(tools);
  const globs = ['*a*a*a*a*b', `*${'?'.repeat(90)}*b`, `*{${'a,'.repeat(100)}b}*c`];
  for (const glob of globs) {
    const { user, system } = process.cpuUsage();
    const comparisons = index.comparisons(glob);
    const rounds = Math.ceil(15_000 / comparisons);
    for (let round = 0; round < rounds; round++) expect(index.matching(glob)).toEqual([]);
    const spent = process.cpuUsage({ user, system });
    // A tenth of what is allowed. The factor leaves room for a busy machine.
    expect([glob, (spent.user + spent.system) / 1_000 < 200]).toEqual([glob, true]);
  }
});
