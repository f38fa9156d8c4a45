import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8Page } from '../../../domain/utf8-page.ts';

test('[context:reading-back:every-cut-text-in-pages] pages put together are the text, and none is longer than its limit or splits a character', () => {
  const anyText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(anyText, fc.integer({ min: 4, max: 50 }), (text, limit) => {
      const encoded = Buffer.from(text);
      let read = '';
      for (let at = 0; at < encoded.length; ) {
        const page = utf8Page(encoded, at, limit);
        expect(page.from).toBe(at);
        expect(Buffer.byteLength(page.text)).toBe(page.to - page.from);
        expect(page.to - page.from).toBeLessThanOrEqual(limit);
        expect(page.to).toBeGreaterThan(at);
        read += page.text;
        at = page.to;
      }
      expect(read).toBe(text);
    }),
  );
});

test('[context:reading-back:every-cut-text-in-pages] an offset inside a character is taken for its beginning, also in a stretch of the text', () => {
  const encoded = Buffer.from('a😀b');
  for (const offset of [1, 2, 3, 4]) expect(utf8Page(encoded, offset, 8)).toEqual({ text: '😀b', from: 1, to: 6 });
  expect(utf8Page(encoded.subarray(1), 3, 8, 1)).toEqual({ text: '😀b', from: 1, to: 6 });
});
