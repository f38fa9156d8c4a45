import { expect, test } from 'vitest';
import { joinsNow } from '../../../domain/session-replay.ts';

const next = (turn: number, afterIdle: boolean) => ({
  turn,
  recordedTurn: turn,
  sessionId: 'sess_1',
  afterIdle,
  seqs: [2],
});

test.each([
  ['a message that joined the next turn', next(3, false), { turn: 2, moreWork: true, canIdle: true }, true],
  ['a message that joined a later turn', next(5, false), { turn: 2, moreWork: true, canIdle: true }, false],
  ['the same, when nothing else is to do', next(5, false), { turn: 2, moreWork: false, canIdle: true }, true],
  ['a message that woke, while there is work', next(3, true), { turn: 2, moreWork: true, canIdle: true }, false],
  ['a message that woke, when it can wake again', next(3, true), { turn: 2, moreWork: false, canIdle: true }, false],
  [
    'a message that woke, when the session would end',
    next(3, true),
    { turn: 2, moreWork: false, canIdle: false },
    true,
  ],
])('[session:replay:same-log] %s', (_, messages, at, joins) => {
  expect(joinsNow(messages, at)).toBe(joins);
});
