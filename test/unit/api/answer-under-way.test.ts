import { expect, test } from 'vitest';
import { type AnswerUnderWay, afterRead, nextDelta, restOfMessage } from '../../../api/answer-under-way.ts';

const answer: AnswerUnderWay = {
  turn: 3,
  attempt: 2,
  afterSeq: 12,
  provider: 'p',
  model: 'm',
  text: 'Kites need wind.',
  pieceStart: 6,
};
const read = { sessionId: 's', turn: 3, attempt: 2, afterSeq: 12, provider: 'p', model: 'm' };
const data = { turnIndex: 3, attempt: 2, model: 'm', provider: 'p' };

test('[delta:text:pieces-are-the-message] a read goes on where the last one ended, also when the last piece has grown', () => {
  const more = afterRead(answer, { ...read, start: 6, text: 'need wind. And string.', pieceStart: 6 });
  expect(more?.text).toBe('Kites need wind. And string.');
  const later = afterRead(answer, { ...read, attempt: 3, start: 0, text: '', pieceStart: 0 });
  expect(later).toMatchObject({ attempt: 3, text: '' });
  expect(afterRead(answer, undefined)).toBeUndefined();
});

test('[delta:resume:mid-answer-at-any-api] a client that has a part of this attempt gets the rest', () => {
  expect(nextDelta(answer, { seq: 12, attempt: 2, offset: 6 })?.data).toEqual({
    ...data,
    offset: 6,
    text: 'need wind.',
  });
  expect(nextDelta(answer, { seq: 12, attempt: 2, offset: 16 })).toBeUndefined();
  expect(nextDelta(answer, { seq: 12, attempt: 2, offset: 900 })).toBeUndefined();
});

test('[delta:attempt:later-one-announces-itself] a client that has text of an earlier attempt is told to drop it, even before there is new text', () => {
  const whole = { ...data, offset: 0, text: answer.text, restart: true };
  expect(nextDelta(answer, { seq: 12, attempt: 1, offset: 40 })?.data).toEqual(whole);
  expect(nextDelta({ ...answer, text: '' }, { seq: 12, attempt: 1, offset: 40 })?.data).toEqual({ ...whole, text: '' });
  expect(nextDelta({ ...answer, text: '' }, { seq: 12, attempt: 2, offset: 0 })).toBeUndefined();
});

test('[delta:resume:mid-answer-at-any-api] an attempt of another turn is another text, although it has the same number', () => {
  expect(nextDelta({ ...answer, attempt: 1 }, { seq: 7, attempt: 1, offset: 10 })?.data).toEqual({
    ...data,
    attempt: 1,
    offset: 0,
    text: answer.text,
  });
});

test('[delta:text:pieces-are-the-message] a stored message completes the deltas of its own text and no others', () => {
  const shown = { seq: 12, attempt: 2, offset: 6 };
  const message = { turnIndex: 3, text: 'Kites need wind. And string.' };
  expect(restOfMessage(answer, shown, message)?.data).toEqual({ ...data, offset: 6, text: 'need wind. And string.' });
  expect(restOfMessage(answer, { ...shown, offset: 0 }, message)).toBeUndefined();
  expect(restOfMessage(answer, { ...shown, attempt: 1 }, message)).toBeUndefined();
  expect(restOfMessage(answer, shown, { ...message, turnIndex: 4 })).toBeUndefined();
  expect(restOfMessage(answer, shown, { ...message, text: '[withheld]' })).toBeUndefined();
});
