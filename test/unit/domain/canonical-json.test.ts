import { expect, test } from 'vitest';
import { canonicalJson } from '../../../domain/canonical-json.ts';

/** Cases of RFC 8785, and what else two writers of the same value may do differently. */
const CASES: readonly [name: string, value: unknown, text: string][] = [
  ['keys in code unit order', { b: 1, a: 2, B: 3 }, '{"B":3,"a":2,"b":1}'],
  ['keys that are numbers', { '10': 1, '9': 2, '1': 3 }, '{"1":3,"10":1,"9":2}'],
  [
    'the sorting example of the RFC',
    { '\u20ac': 'Euro Sign', '\r': 'CR', '\ufb33': 'Hebrew', '1': 'One', '\ud83d\ude00': 'Emoji', '\u0080': 'Control' },
    '{"\\r":"CR","1":"One","\u0080":"Control","\u20ac":"Euro Sign","\ud83d\ude00":"Emoji","\ufb33":"Hebrew"}',
  ],
  [
    'numbers',
    [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27, -0],
    '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
  ],
  ['characters that are escaped, and no others', '\u20ac$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
  ['lists in their order, and nested', { z: [3, { y: null, x: [] }], a: {} }, '{"a":{},"z":[3,{"x":[],"y":null}]}'],
  ['a key that objects have of their own', JSON.parse('{"__proto__":1,"a":2}'), '{"__proto__":1,"a":2}'],
  ['a field without a value', { a: undefined, b: 1 }, '{"b":1}'],
  ['true, false and null', [true, false, null], '[true,false,null]'],
];

test.each(CASES)('canonical JSON: %s', (_name, value, text) => {
  expect(canonicalJson(value)).toBe(text);
});
