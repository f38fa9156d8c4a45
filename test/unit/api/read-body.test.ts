import { expect, test } from 'vitest';
import { readJsonBody } from '../../../api/read-body.ts';

const request = (body: string | Uint8Array<ArrayBuffer> | null, type?: string) => {
  const made = new Request('http://localhost/', { method: 'POST', body });
  if (type === undefined) made.headers.delete('content-type');
  else made.headers.set('content-type', type);
  return made;
};
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error) => error.code,
  );

test.each([undefined, 'application/json', 'application/json; charset=utf-8', 'application/x-www-form-urlencoded'])(
  'a body of type %s is JSON',
  async (type) => {
    expect(await readJsonBody(request('{"a":1}', type))).toEqual({ a: 1 });
  },
);

test.each(['text/plain', 'multipart/form-data; boundary=x', 'application/xml', 'application/json; charset=latin1'])(
  'a body of type %s is refused',
  async (type) => {
    expect(await codeOf(readJsonBody(request('{}', type)))).toBe('unsupported_media_type');
  },
);

test.each(['{', '{"a":}', 'undefined', "{'a':1}", '{"a":1} x'])(
  'the body %j is refused as invalid JSON',
  async (text) => {
    expect(await codeOf(readJsonBody(request(text)))).toBe('invalid_json');
  },
);

test('bytes that are not UTF-8 are refused as invalid JSON', async () => {
  expect(await codeOf(readJsonBody(request(new Uint8Array([0x22, 0xff, 0x22]))))).toBe('invalid_json');
});

test('an empty body counts as no body', async () => {
  expect(await readJsonBody(request(''))).toBeUndefined();
  expect(await readJsonBody(request(null))).toBeUndefined();
});

test('32 levels are accepted and 33 are not, however many brackets follow', async () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  expect(await codeOf(readJsonBody(request(nested(32))))).toBe('accepted');
  expect(await codeOf(readJsonBody(request(nested(33))))).toBe('body_too_deep');
  expect(await codeOf(readJsonBody(request(nested(500_000))))).toBe('body_too_deep');
});

test('10,000 fields of one object are accepted and one more is not, whichever object it is', async () => {
  const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, nth) => [`f${nth}`, nth]));
  const sent = (body: object) => codeOf(readJsonBody(request(JSON.stringify(body))));
  expect(await sent({ a: fields(10_000), b: fields(10_000) })).toBe('accepted');
  expect(await sent({ a: [fields(10_001)] })).toBe('invalid_request');
  expect(await sent(Array.from({ length: 20_000 }, () => 1))).toBe('accepted');
});

test('text that Postgres cannot store is refused with its place', async () => {
  for (const text of ['{"a":{"b":"x\\u0000"}}', '{"a":{"b":"\\ud800"}}']) {
    await expect(readJsonBody(request(text))).rejects.toMatchObject({ code: 'invalid_request', param: 'a.b' });
  }
  expect(await readJsonBody(request('"\\ud83d\\ude00"'))).toBe('😀');
});

test.each(['gzip', 'br', 'deflate', 'gzip, gzip', 'x'])(
  'a body that is encoded as %s is refused before it is decoded',
  async (encoding) => {
    const encoded = request('{}');
    encoded.headers.set('content-encoding', encoding);
    expect(await codeOf(readJsonBody(encoded))).toBe('unsupported_media_type');
  },
);

test('a body of very many small values is refused', async () => {
  const listOf = (count: number) => `[${'{},'.repeat(count)}{}]`;
  expect(await codeOf(readJsonBody(request(listOf(20_000))))).toBe('accepted');
  expect(await codeOf(readJsonBody(request(listOf(200_000))))).toBe('invalid_request');
});
