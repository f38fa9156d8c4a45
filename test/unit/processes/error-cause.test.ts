import { expect, test } from 'vitest';
import { causesOf, codeOf } from '../../../processes/error-cause.ts';
import { loggedError } from '../../../processes/logged-error.ts';
import { neverConnected } from '../../../processes/network-problem.ts';

test('causes are walked from what was thrown to the first, whatever was thrown', () => {
  const first = new Error('first', { cause: 'a text' });
  const thrown = new Error('thrown', { cause: first });
  expect([...causesOf(thrown)]).toEqual([thrown, first, 'a text']);
  expect([...causesOf(undefined)]).toEqual([]);
});

test('the walk along causes ends where they go round in a circle, and such an error can be logged', () => {
  const one = new Error('one');
  const two = new Error('two', { cause: one });
  one.cause = two;
  expect([...causesOf(one)]).toHaveLength(10);
  expect(loggedError(one)).toMatchObject({ message: 'one', cause: { message: 'two', cause: { message: 'one' } } });
});

test('only a text counts as the code of an error', () => {
  expect(codeOf(Object.assign(new Error('x'), { code: 'EPIPE' }))).toBe('EPIPE');
  expect(codeOf(Object.assign(new Error('x'), { code: 14 }))).toBeUndefined();
  expect(codeOf('EPIPE')).toBeUndefined();
});

test.each(['ECONNREFUSED', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT'])('%s means that nothing was sent', (code) => {
  expect(neverConnected(code)).toBe(true);
});

test.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'toString', undefined])(
  '%s leaves open whether something was sent',
  (code) => {
    expect(neverConnected(code)).toBe(false);
  },
);
