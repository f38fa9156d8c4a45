import { APICallError } from '@ai-sdk/provider';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ModelCallError } from '../../../models/model-call.ts';
import { modelCallError } from '../../../models/model-failure.ts';
import { retryAfterMsOf } from '../../../models/retry-after.ts';

const wire = { maxRequestBytes: 1, sent: true, sentBytes: 1, receivedBytes: 0 };
const apiKey = 'sk-of-the-request';
const coded = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('detail'), { code }) });

test('any thrown value becomes a ModelCallError that does not hold it', () => {
  const wires = fc.record({
    maxRequestBytes: fc.nat(),
    sent: fc.boolean(),
    sentBytes: fc.nat(),
    receivedBytes: fc.nat(),
    status: fc.option(fc.integer({ min: 200, max: 599 }), { nil: undefined }),
  });
  const thrown = fc.oneof(
    fc.anything(),
    fc.string().map((text) => new Error(text)),
    fc.string().map((message) => ({ message })),
  );
  fc.assert(
    fc.property(thrown, wires, (error, { status, ...rest }) => {
      const made = modelCallError(error, {
        wire: { ...rest, ...(status === undefined ? {} : { status }) },
        timeoutMs: 5,
        apiKey,
      });
      expect(made).toBeInstanceOf(ModelCallError);
      expect(made.cause).toBeUndefined();
      if (!rest.sent && status === undefined) expect(made.mayHaveCharged).toBe(false);
      if (status !== undefined && status >= 300) expect(made.mayHaveCharged).toBe(false);
    }),
  );
});

test('a bad certificate is not retried, and a refused connection is', () => {
  const expected = { type: 'model.unreachable', mayHaveCharged: false };
  for (const code of ['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID']) {
    expect(modelCallError(coded(code), { wire, timeoutMs: 5, apiKey })).toMatchObject({
      ...expected,
      transient: false,
    });
  }
  expect(modelCallError(coded('ECONNREFUSED'), { wire, timeoutMs: 5, apiKey })).toMatchObject({
    ...expected,
    transient: true,
  });
});

test('an unknown failure after sending counts as charged and is retried', () => {
  const error = modelCallError(coded('UND_ERR_SOCKET'), { wire, timeoutMs: 5, apiKey });
  expect(error).toMatchObject({ type: 'model.unreachable', transient: true, mayHaveCharged: true });
});

test('no words of an upstream reach the error', () => {
  const upstream = new APICallError({
    message: 'Incorrect API key provided: sk-abc',
    url: 'https://example.com/?key=sk-abc',
    requestBodyValues: {},
    statusCode: 401,
    responseBody: 'sk-abc',
  });
  const error = modelCallError(upstream, { wire: { ...wire, status: 401 }, timeoutMs: 5, apiKey });
  expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain('sk-abc');
});

test('a Retry-After that makes no sense is ignored, and a long one counts as a day', () => {
  const read = (value: string) => retryAfterMsOf(new Headers({ 'retry-after': value }), 0);
  expect(['soon', '', '-5', 'NaN'].map(read)).toEqual([undefined, undefined, undefined, undefined]);
  expect(read('1e12')).toBe(86_400_000);
  expect(read('0.5')).toBe(500);
  expect(read('Thu, 01 Jan 1970 00:00:09 GMT')).toBe(9_000);
});
