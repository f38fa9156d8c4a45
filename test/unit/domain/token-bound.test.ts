import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, test } from 'vitest';
import { tokenBounds } from '../../../domain/token-bound.ts';
import { NO_SPECIAL_TOKENS } from '../../../domain/tokens.ts';

const bound = (text: string) => [...tokenBounds(text)].reduce((sum, tokens) => sum + tokens, 0);
const exact = (text: string) => countTokens(text, NO_SPECIAL_TOKENS);

const english = 'The bees of hive 7 gave 12 kg of honey in June, which is more than in May.\n'.repeat(40);
const german = 'Überdrüssig der Königsdämme zögerte der Bär, bevor er über die Brücke ging. '.repeat(40);
const code = 'for (let i = 0; i < items.length; i++) { if (items[i] === x) return { at: i }; }\n'.repeat(40);
const chinese = '蜜蜂今年六月产了十二公斤蜂蜜。'.repeat(40);

test.each([
  ['English', english],
  ['German', german],
  ['code', code],
])('[money:input:counted-when-money-is-short] %s counts exactly', (_, text) => {
  expect(bound(text)).toBe(exact(text));
});

test('[I4] a text without spaces counts in bytes beyond a slice', () => {
  expect(bound(chinese)).toBe(Buffer.byteLength(chinese));
  expect(bound('<|endoftext|>'.repeat(20))).toBe(Buffer.byteLength('<|endoftext|>'.repeat(20)));
});

const pieces = fc.constantFrom(
  ' ',
  '  ',
  '\n',
  '\n\n',
  '\t',
  '\u00a0',
  '\u3000',
  '\u0085',
  '\ufeff',
  'a',
  'the',
  'THE',
  "'s",
  '12',
  '1234',
  '.',
  '...',
  '/',
  '中',
  '文字',
  'é',
  '🙂',
  '\ud800',
  '{"',
  '":"',
  '<|im_start|>',
  'xx'.repeat(80),
);

test('[I4] [money:input:counted-when-money-is-short] no text has more tokens than its bound', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 300 }),
      (parts) => {
        const text = parts.join('');
        expect(exact(text)).toBeLessThanOrEqual(bound(text));
      },
    ),
    { numRuns: 100 },
  );
});
