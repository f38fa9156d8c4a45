import { expect, test } from 'vitest';
import { systemCodeOf } from '../../../processes/error-cause.ts';
import { stackOfError } from '../../../processes/logged-error.ts';

const CANARY = 'canary-of-a-user';

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('It was to throw.');
}

test.each<[string, unknown]>([
  ['JSON.parse', thrownBy(() => JSON.parse(`{"text": ${CANARY}`))],
  ['a header', thrownBy(() => new Headers([['authorization', `${CANARY}\nx`]]))],
  ['an address', thrownBy(() => new URL(`no-address/${CANARY}`))],
  ['an error with properties', Object.assign(new Error('no'), { detail: CANARY, response: { body: CANARY } })],
  ['a message that looks like frames', new Error(`first line\n    at ${CANARY} (file:1:1)`)],
  ['a cause', new Error(CANARY, { cause: new TypeError(CANARY) })],
  ['a text', CANARY],
])(
  '[log:content:never-in-a-line] [I10] what %s throws is logged without its words, but with where it came from',
  (_, error) => {
    const shown = stackOfError(error);
    expect(JSON.stringify(shown)).not.toContain(CANARY);
    if (error instanceof Error) expect(shown.stack.length).toBeGreaterThan(0);
  },
);

test.each([
  [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [new Error('x', { cause: Object.assign(new Error('y'), { code: '57P01' }) }), '57P01'],
  [Object.assign(new Error('x'), { code: CANARY }), undefined],
  [new Error('x'), undefined],
])('[log:content:never-in-a-line] only a code of the system is taken for one', (error, code) => {
  expect(systemCodeOf(error)).toBe(code);
});
