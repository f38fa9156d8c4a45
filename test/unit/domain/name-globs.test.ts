import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { globMatcher } from '../../../domain/name-globs.ts';

/** The regular expression that says what a glob matches. @returns undefined for unbalanced brackets */
function regexOfGlob(glob: string): RE2JS | undefined {
  let depth = 0;
  const regex = glob.replace(/\[(!|\^)?([^\]]+)\]|[\s\S]/g, (token, negated?: string, set?: string) => {
    if (set !== undefined) return `[${negated ? '^' : ''}${set.replace(/[\\[\]^]/g, '\\$&')}]`;
    if (token === '*') return '.*';
    if (token === '?') return '.';
    if (token === '{') {
      depth += 1;
      return '(?:';
    }
    if (token === '}' && depth > 0) {
      depth -= 1;
      return ')';
    }
    if (token === ',' && depth > 0) return '|';
    return RE2JS.quote(token);
  });
  try {
    return RE2JS.compile(regex, RE2JS.DOTALL);
  } catch {
    return undefined;
  }
}

test.each([
  { of: 'stars', glob: fc.string({ unit: fc.constantFrom('a', 'b', '/', '*'), maxLength: 8 }) },
  { of: 'everything', glob: fc.string({ unit: fc.constantFrom(...'abc/*?[]{},!^-😀'), maxLength: 12 }) },
  {
    of: 'alternatives',
    glob: fc
      .array(fc.constantFrom('a', 'b', '*', '?', '{a,b}', '{a,*b{c,}}', '[ab]', '[!a-b]', '[b-]', '{,a}', '😀'), {
        maxLength: 6,
      })
      .map((parts) => parts.join('')),
  },
])('[tool:policy:every-name-of-a-tool] a glob of $of matches what its regular expression matches', ({ glob }) => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/', '-', '😀', '['), maxLength: 10 });
  fc.assert(
    fc.property(glob, name, (text, given) => {
      const pattern = regexOfGlob(text);
      expect(globMatcher(text)(given)).toBe(pattern === undefined ? text === given : pattern.matches(given));
    }),
    { seed: 30, numRuns: 3_000 },
  );
});
