import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { globMatcher } from '../../../domain/name-globs.ts';

test('[tool:policy:every-name-of-a-tool] a glob of stars matches what the pattern of any text in their places matches', () => {
  const unit = fc.constantFrom('a', 'b', '/', '*');
  const glob = fc.string({ unit, maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 12 });
  fc.assert(
    fc.property(glob, name, (stars, text) => {
      const pattern = stars
        .split('*')
        .map((each) => RE2JS.quote(each))
        .join('.*');
      expect(globMatcher([stars])(text)).toBe(RE2JS.compile(pattern).matches(text));
    }),
    { seed: 30, numRuns: 2_000 },
  );
});
