import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { capText } from '../../../../mcp/results/result-cap.ts';

describe('capText', () => {
  test('a text within the limit is left as it is', () => {
    expect(capText('grüße', 7)).toEqual({ text: 'grüße', bytes: 7, truncated: false });
  });

  test('a longer text is cut between characters, fits the limit and says how much is shown', () => {
    const capped = capText('ü'.repeat(500), 201);
    expect(capped).toMatchObject({ bytes: 1000, truncated: true });
    expect(Buffer.byteLength(capped.text)).toBeLessThanOrEqual(201);
    const shown = Number(/\[cut: the first (\d+) of 1000 bytes are shown\]$/.exec(capped.text)?.[1]);
    expect(capped.text.startsWith(`${'ü'.repeat(shown / 2)}\n`)).toBe(true);
  });

  test('any text becomes a result that can be stored and is not longer than the limit', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.integer({ min: 100, max: 400 }),
        (text, maxBytes) => {
          const capped = capText(text, maxBytes);
          expect(Buffer.byteLength(capped.text)).toBeLessThanOrEqual(maxBytes);
          expect(capped.text).not.toContain('\0');
          expect(Buffer.from(capped.text).toString()).toBe(capped.text);
        },
      ),
    );
  });
});
