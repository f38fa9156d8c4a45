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

  it('of a text are within two per cent and a few of the exact count, whatever it holds', () => {
    fc.assert(
      fc.property(text, (given) => {
        const exact = exactCount(given, { disallowedSpecial: new Set() });
        expect(Math.abs(countTokens(given) - exact)).toBeLessThanOrEqual(0.02 * exact + 2 + given.length / 128);
      }),
    );
  });

  it('of what looks like a special token are those of its text', () => {
    expect(countTokens('<|endoftext|>')).toBeGreaterThan(1);
  });

  it('of a pathological text are counted, in order of its size', () => {
    // Unsliced, the spaces alone would take over a minute.
    for (const unit of [' ', 'a', '\n', '\u0000', '漢', '\ud800']) {
      const count = countTokens(unit.repeat(262_144));
      expect(count).toBeGreaterThan(500);
      expect(count).toBeLessThanOrEqual(3 * 262_144);
    }
  });

  it('a cut text begins the text, has at most the tokens asked for and no half characters', () => {
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

  it('a cut loses little: prose keeps all the tokens it may', () => {
    const prose = 'The quick brown fox jumps over the lazy dog. '.repeat(200);
    expect(cutToTokens(prose, 1000).tokens).toBe(1000);
  });
});
