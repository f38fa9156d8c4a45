import { expect, test } from 'vitest';
import { conversationOf, conversationOfTurn } from '../../../domain/conversation.ts';

const before = { messages: ['Where are the hives?'], answerBefore: 'Hello.', latestAnswer: 'In Graz.' };

test('a turn is about the messages that it brings, with the answer that they follow', () => {
  expect(conversationOfTurn(['How many?', 'And since when?'], before)).toMatchObject({
    message: 'How many?\nAnd since when?',
    answer: 'In Graz.',
  });
});

test('a turn without a message goes on with the latest ones, so that its context stays the same', () => {
  expect(conversationOfTurn([], before)).toMatchObject({ message: 'Where are the hives?', answer: 'Hello.' });
});

test('a long message is known by its beginning and its end, and no character is split', () => {
  const { message } = conversationOf([`Begin ${'🐝'.repeat(9_000)} end`], '');
  expect(message.length).toBeLessThan(8_100);
  expect([message.startsWith('Begin 🐝'), message.endsWith('🐝 end'), message.isWellFormed()]).toEqual([
    true,
    true,
    true,
  ]);
});

test('names stand alone, in lower case, without what surrounds them in a sentence', () => {
  expect(conversationOf(['Compare `./Notes/a.md`, "B.txt" (and /c/d.).'], '').names).toBe(
    ' compare notes/a.md b.txt and c/d ',
  );
  expect(conversationOf([''], '').names).toBe('');
});
