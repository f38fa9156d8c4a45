import { APICallError } from '@ai-sdk/provider';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timeLimitsWith } from '../../../domain/time-limits.ts';
import { ModelCallError } from '../../../models/model-call.ts';
import { modelCallError } from '../../../models/model-failure.ts';
import { retryAfterMsOf } from '../../../models/retry-after.ts';
import { NO_MEDIA } from '../../../models/shown-media.ts';

const images = NO_MEDIA;
const wire = { maxRequestBytes: 1, sent: true, sentBytes: 1, images, receivedBytes: 0 };
const timeLimits = timeLimitsWith({});
const unshowable = { secrets: ['sk-abc'], texts: [] };
const coded = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('detail'), { code }) });

test('any thrown value becomes a ModelCallError that does not hold it', async () => {
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
  await fc.assert(
    fc.asyncProperty(thrown, wires, async (error, { status, ...rest }) => {
      const made = await modelCallError(error, {
        wire: { ...rest, images, status },
        model: 'm-1',
        timeLimits,
        unshowable,
      });
      expect(made).toBeInstanceOf(ModelCallError);
      expect(made.cause).toBeUndefined();
      if (!rest.sent && status === undefined) expect(made.mayHaveCharged).toBe(false);
      if (status !== undefined && status >= 300) expect(made.mayHaveCharged).toBe(false);
    }),
  );
});

test('a bad certificate is not retried, and a refused connection is', async () => {
  const expected = { mayHaveCharged: false };
  for (const code of ['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'EPROTO']) {
    expect(await modelCallError(coded(code), { model: 'm-1', wire, timeLimits, unshowable })).toMatchObject({
      ...expected,
      type: 'model.tls_failed',
      transient: false,
    });
  }
  expect(await modelCallError(coded('ECONNREFUSED'), { model: 'm-1', wire, timeLimits, unshowable })).toMatchObject({
    ...expected,
    type: 'model.unreachable',
    transient: true,
  });
});

test('an unknown failure after sending counts as charged and is retried', async () => {
  const error = await modelCallError(coded('UND_ERR_SOCKET'), { model: 'm-1', wire, timeLimits, unshowable });
  expect(error).toMatchObject({ type: 'model.unreachable', transient: true, mayHaveCharged: true });
});

test('[I10] the key that a provider repeats does not reach the error', async () => {
  const upstream = new APICallError({
    message: 'Incorrect API key provided: sk-abc',
    url: 'https://example.com/?key=sk-abc',
    requestBodyValues: {},
    statusCode: 401,
    responseBody: '{"error":{"message":"Incorrect API key provided: sk-abc. You can find yours elsewhere."}}',
  });
  const error = await modelCallError(upstream, {
    model: 'm-1',
    wire: { ...wire, status: 401 },
    timeLimits,
    unshowable,
  });
  expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain('sk-abc');
  expect(error.message).toBe(
    '401: the key was not accepted: Incorrect API key provided: [key]. You can find yours elsewhere.',
  );
});

test('a Retry-After that makes no sense is ignored, and a long one counts as a day', () => {
  const read = (value: string) => retryAfterMsOf(new Headers({ 'retry-after': value }), 0);
  expect(['soon', '', '-5', 'NaN'].map(read)).toEqual([undefined, undefined, undefined, undefined]);
  expect(read('1e12')).toBe(86_400_000);
  expect(read('0.5')).toBe(500);
  expect(read('Thu, 01 Jan 1970 00:00:09 GMT')).toBe(9_000);
});
