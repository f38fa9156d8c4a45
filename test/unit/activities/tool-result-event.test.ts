import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toolUseEvents } from '../../../activities/call-model/tool-use-events.ts';
import type { NewEvent } from '../../../db/queries/event.ts';
import type { NewToolCall } from '../../../db/queries/tool-call.ts';
import { toolResultEvent } from '../../../transitions/tool-result-event.ts';
import { unfinishedCallEvents } from '../../../transitions/unfinished-calls.ts';

const call: NewToolCall = {
  id: 'call_1',
  turn: 3,
  callIndex: 0,
  toolName: 'files_read',
  serverId: 'mcp_1',
  serverTool: 'read',
  effect: 'read',
  idempotent: true,
  bundled: false,
  args: {},
  verdict: 'deny',
  rule: 'policy',
  reasonCode: 'tool.invalid_arguments',
};
const answered = { isError: false, items: 1, truncated: false, latencyMs: 4 };

/** The events of a tool result, from each stage that writes one. */
const sources: readonly [string, (output: string) => readonly NewEvent[]][] = [
  [
    'a call that was run',
    (output) => [toolResultEvent(call, { ...answered, output, bytes: Buffer.byteLength(output) })],
  ],
  ['a refused call', (output) => toolUseEvents({ ...call, refusal: { output, cuts: null, tokens: 1 } }, 'files')],
  ['a call that was not finished', (output) => unfinishedCallEvents([{ ...call, state: 'failed', output }])],
];

/** Texts whose 2,048th byte is each of the bytes of a character that has one to four. */
const longTexts = ['x', 'ü', '語', '😀'].flatMap((character) =>
  ['', 'x', 'xx', 'xxx'].map((shift) => shift + character.repeat(2_100)),
);

test.each(sources)(
  '[tool:result:time-limit-and-byte-cap] the preview of %s is cut at 2 KiB of UTF-8, between characters',
  (_, eventsOf) => {
    for (const output of longTexts) {
      for (const shown of shownBy(eventsOf(output))) {
        expect(output.startsWith(shown)).toBe(true);
        expect(shown.isWellFormed()).toBe(true);
        // No character has more than four bytes, so a cut that wastes more is not at the last boundary.
        expect(Buffer.byteLength(shown)).toBeGreaterThan(2_048 - 4);
        expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(2_048);
      }
    }
  },
);

test.each(sources)(
  '[tool:result:time-limit-and-byte-cap] the preview of %s is the whole text if that fits',
  (_, eventsOf) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (output) => {
        for (const shown of shownBy(eventsOf(output))) expect(shown).toBe(output);
      }),
    );
  },
);

test('[tool:result:time-limit-and-byte-cap] a result says `truncated` when the model was given less than its bytes, not when only the preview is cut', () => {
  const output = 'x'.repeat(3_000);
  const dataOf = (truncated: boolean) =>
    JSON.parse(JSON.stringify(toolResultEvent(call, { ...answered, output, bytes: 3_000, truncated }).data));
  expect(dataOf(true)).toMatchObject({ truncated: true, bytes: 3_000 });
  expect(dataOf(false)).not.toHaveProperty('truncated');
});

function shownBy(events: readonly NewEvent[]): string[] {
  return events.flatMap(({ type, data }) => {
    if (type === 'agent.tool_result') return [data.preview];
    return type === 'br.guardrail_intervention' ? [data.message] : [];
  });
}
