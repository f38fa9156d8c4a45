import { expect, test } from 'vitest';
import { parseEventCursor } from '../../../service/sessions/event-cursor.ts';

test('[delta:resume:mid-answer-at-any-api] [compaction:event:resumes-at-any-frame] a cursor is the id of an event, a text delta or a summary, and without a cursor a stream starts at the beginning', () => {
  expect(parseEventCursor(undefined)).toEqual({ seq: 0 });
  expect(parseEventCursor('')).toEqual({ seq: 0 });
  expect(parseEventCursor('0')).toEqual({ seq: 0 });
  expect(parseEventCursor(' 12 ')).toEqual({ seq: 12 });
  expect(parseEventCursor('12.0.3')).toEqual({ seq: 12, summary: 3 });
  expect(parseEventCursor('12.2.40')).toEqual({ seq: 12, delta: { attempt: 2, offset: 40 } });
});

test.each(['x', '-1', '1.2', '1.2.', '1.2.3.4', '1e3', '1.-2.3', '0x1', '1234567890123456', '1.1.1234567890'])(
  '[delta:resume:mid-answer-at-any-api] %s is refused as a cursor',
  (cursor) => {
    expect(() => parseEventCursor(cursor)).toThrow(expect.objectContaining({ code: 'invalid_cursor' }));
  },
);
