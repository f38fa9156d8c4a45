import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CUT_LENGTHS, codePoints, cutsOf, cutText, shownCut } from '../../../domain/text-cut.ts';
import { countTokens } from '../../../domain/tokens.ts';

const words = fc
  .array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('result', '\n', '😀', 'ßtraße')), {
    minLength: 1,
    maxLength: 40,
  })
  .map((parts) => parts.join(' '));
const longText = fc.tuple(words, fc.integer({ min: 1, max: 80 })).map(([text, times]) => `${text} `.repeat(times));

test('a cut text has the beginning and the end of the text, and says how much is between them', () => {
  fc.assert(
    fc.property(longText, (text) => {
      for (const { head, tail, leftOut } of cutsOf(text)) {
        expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
        expect(codePoints(head) + leftOut + codePoints(tail)).toBe([...text].length);
        expect(leftOut).toBeGreaterThan(0);
      }
    }),
    { numRuns: 50 },
  );
});

test('a cut text is not longer than its level, and there is a cut for each level that is shorter than the text', () => {
  fc.assert(
    fc.property(longText, (text) => {
      const tokens = countTokens(text);
      const cuts = cutsOf(text, tokens);
      for (const [level, cut] of cuts.entries()) {
        expect(countTokens(shownCut(cut, 'call_0123456789abcdefghijklmnop'))).toBeLessThanOrEqual(cut.tokens);
        expect(cut.tokens).toBeLessThanOrEqual(CUT_LENGTHS[level] ?? 0);
      }
      expect(cuts.length).toBeLessThanOrEqual(CUT_LENGTHS.filter((length) => length < tokens).length);
    }),
    { numRuns: 50 },
  );
});

test('a text that fits its level is not cut', () => {
  expect(cutText('short', 0)).toBeUndefined();
  expect(cutsOf('word '.repeat(50))).toEqual([]);
});
