import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shownResult, storedCuts } from '../../../activities/call-tools/stored-cuts.ts';
import { cutMessages, messagesSize } from '../../../activities/refresh-context/messages-size.ts';
import { cutText } from '../../../domain/text-cut.ts';
import { countTokens } from '../../../domain/tokens.ts';
import { turnWords } from '../../../domain/turn-text.ts';
import { messageBytesBound } from '../../../models/request-bound.ts';

const CALL = 'call_01kb9x2m4q7r8s9t0v1w2x3y4z';
const longText = fc
  .tuple(
    fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), { minLength: 3, maxLength: 30 }),
    fc.nat(60),
  )
  .map(([words, times]) => `${words.join(' ')} `.repeat(times + 20));

/** The call that a note names. */
function namedIn(text: string): { call_id?: string; turn?: number; offset: number } | undefined {
  const args = /\[… \d+ characters are left out here: session_read (\{.*?\}) shows them …\]/.exec(text)?.[1];
  return args === undefined ? undefined : JSON.parse(args);
}

const beginningOf = (text: string, bytes: number) => Buffer.from(text).subarray(0, bytes).toString('utf8');

describe('[context:reading-back:named-where-cut] a note names the call that reads on where the shown beginning ends', () => {
  test('of a result, and takes no more than was counted for it', () => {
    fc.assert(
      fc.property(longText, (output) => {
        for (const [level, [, , , bytes]] of (storedCuts(CALL, output, countTokens(output)) ?? []).entries()) {
          const cut = cutText(output, level);
          if (cut === undefined) throw new Error('The text was cut when it was counted.');
          const shown = shownResult(cut, CALL, true, bytes);
          expect(Buffer.byteLength(JSON.stringify(shown))).toBeLessThanOrEqual(bytes);
          expect(beginningOf(output, namedIn(shown)?.offset ?? 0)).toBe(cut.head);
          expect(shownResult(cut, CALL, false, bytes)).toContain(`characters of ${CALL} are left out here`);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('of each message of a turn, and takes no more than was counted for them', () => {
    fc.assert(
      fc.property(fc.array(longText, { minLength: 1, maxLength: 3 }), fc.nat(2_000), (messages, turn) => {
        const whole = turnWords({ turn, userMessages: messages, messageImages: null, text: null, calls: [] });
        for (const [level, [, maxBytes]] of (
          messagesSize(
            turn,
            messages.map((text) => ({ text })),
          ).levels ?? []
        ).entries()) {
          const shown = cutMessages(turn, messages, level, { readable: true, maxBytes });
          const bytes = shown.map((text) => messageBytesBound({ role: 'user', text }));
          expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(maxBytes);
          for (const text of shown) {
            const named = namedIn(text);
            if (named === undefined) continue;
            const head = text.slice(0, text.indexOf('\n[… '));
            expect(beginningOf(whole, named.offset).endsWith(head)).toBe(true);
          }
          const plain = cutMessages(turn, messages, level, { readable: false, maxBytes });
          expect(plain.join('')).not.toContain('session_read');
        }
      }),
      { numRuns: 15 },
    );
  });
});

test('[context:window:latest-message-and-results] a text that a version before counted with a shorter note keeps that note', () => {
  const output = 'One more page of the report. '.repeat(200);
  const cut = cutText(output, 1);
  if (cut === undefined) throw new Error('The text is long enough to be cut.');
  const short = shownResult(cut, CALL, false, 0);
  const countedBefore = Buffer.byteLength(JSON.stringify(short));
  expect(shownResult(cut, CALL, true, countedBefore)).toBe(short);

  const plain = cutMessages(3, [output], 1, { readable: false, maxBytes: 0 });
  const maxBytes = messageBytesBound({ role: 'user', text: plain[0] ?? '' });
  expect(cutMessages(3, [output], 1, { readable: true, maxBytes })).toEqual(plain);
});
