import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { serviceErrorOf } from '../../../api/error-response.ts';
import { limitBody } from '../../../api/limit-body.ts';
import { readJsonBody } from '../../../api/read-body.ts';

const MEBIBYTE = 1024 * 1024;
const app = new Hono()
  .post('/', limitBody, async (c) => c.text(JSON.stringify(await readJsonBody(c.req.raw))))
  .onError((error, c) => c.text(serviceErrorOf(error).code));

/** The answer to a body: the same text if the body was let through, otherwise the code of its refusal. */
async function answerTo(body: string | ReadableStream, headers: Record<string, string> = {}): Promise<string> {
  // A stream as a body needs `duplex`, which the types of fetch lack.
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers }, duplex: 'half' };
  return (await app.request('/', init as RequestInit)).text();
}

const textOf = (bytes: number) => JSON.stringify('a'.repeat(bytes - 2));

test('a mebibyte is accepted and a byte more is not, with or without a declared length', async () => {
  const [fits, exceeds] = [textOf(MEBIBYTE), textOf(MEBIBYTE + 1)];
  const declared = (text: string) => ({ 'content-length': String(text.length) });
  expect((await answerTo(fits, declared(fits))) === fits).toBe(true);
  expect(await answerTo(exceeds, declared(exceeds))).toBe('body_too_large');
  expect((await answerTo(new Blob([fits]).stream())) === fits).toBe(true);
  expect(await answerTo(new Blob([exceeds]).stream())).toBe('body_too_large');
});

test('a length that is declared together with an encoding is ignored', async () => {
  const headers = { 'content-length': '10', 'transfer-encoding': 'chunked' };
  expect(await answerTo(new Blob([textOf(MEBIBYTE + 1)]).stream(), headers)).toBe('body_too_large');
});
