import fc from 'fast-check';
import { countTokens as exactCount } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { countTokens, cutToTokens } from '../../../domain/tokens.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 2000 }),
  fc.string({ unit: 'binary', maxLength: 2000 }),
  fc.lorem({ maxCount: 400 }),
  fc
    .array(fc.constantFrom('a', ' ', '  ', '\n', '7', '.', 'wörter', '漢字', '👩‍👩‍👧', '</context>'), {
      maxLength: 900,
    })
    .map((parts) => parts.join('')),
);

describe('tokens', () => {
  it('are exact for prose of any length', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 1500 }), (prose) => {
        expect(countTokens(prose)).toBe(exactCount(prose));
      }),
      { numRuns: 20 },
    );
  });

  it('of any text are within two per cent and a few tokens of the exact count', () => {
    fc.assert(
      fc.property(text, (given) => {
        const exact = exactCount(given, { disallowedSpecial: new Set() });
        expect(Math.abs(countTokens(given) - exact)).toBeLessThanOrEqual(0.02 * exact + 2 + given.length / 128);
      }),
    );
  });

  it('of text that looks like a special token are those of plain text', () => {
    expect(countTokens('<|endoftext|>')).toBeGreaterThan(1);
  });

  it('of a long repetitive text are counted, and are of the order of its size', () => {
    // Without slices the spaces alone would take over a minute, which is more than the test has.
    for (const unit of [' ', 'a', '\n', '\u0000', '漢', '\ud800']) {
      const count = countTokens(unit.repeat(262_144));
      expect(count).toBeGreaterThan(500);
      expect(count).toBeLessThanOrEqual(3 * 262_144);
    }
  });

  it('a cut text is a beginning of the text, has at most the tokens asked for, and no half characters', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 300 }), (given, maxTokens) => {
        const kept = cutToTokens(given, maxTokens);
        expect(given.startsWith(kept.text)).toBe(true);
        expect(kept.tokens).toBeLessThanOrEqual(maxTokens);
        expect(countTokens(kept.text)).toBeLessThanOrEqual(maxTokens);
        expect(kept.cut).toBe(kept.text !== given);
        expect(/[\ud800-\udbff]$/.test(kept.text) && !/[\ud800-\udbff](?![\udc00-\udfff])/.test(given)).toBe(false);
      }),
    );
  });

  it('a cut loses little: prose keeps as many tokens as were asked for', () => {
    const prose = 'The quick brown fox jumps over the lazy dog. '.repeat(200);
    expect(cutToTokens(prose, 1000).tokens).toBe(1000);
  });
});
