import { expect, test } from 'vitest';
import { errorEnvelope, errorHeaders, serviceErrorOf } from '../../../api/error-response.ts';
import { errorEnvelopeSchema, errorKinds } from '../../../contract/error.ts';
import { ServiceError } from '../../../service/verb/service-error.ts';

test('nothing of an unexpected error reaches the client', () => {
  const error = Object.assign(new Error('duplicate key (secret-row-value)'), { code: '23505', detail: 'secret' });
  const body = JSON.stringify(errorEnvelope(serviceErrorOf(error), 'req_1'));
  expect(body).not.toContain('secret');
  expect(serviceErrorOf(error).code).toBe('internal_error');
});

test.each([
  ['ECONNREFUSED', 'database_unavailable'],
  ['57P01', 'database_unavailable'],
  ['08006', 'database_unavailable'],
  ['57014', 'database_busy'],
  ['55P03', 'database_busy'],
  ['53300', 'database_busy'],
])('a Postgres that is away or busy (%s) gives a 503 that says which, and when to retry', (sqlstate, code) => {
  const refusal = serviceErrorOf(Object.assign(new Error('gone'), { code: sqlstate }));
  expect([refusal.status, refusal.code]).toEqual([503, code]);
  expect(errorHeaders(refusal)['retry-after']).toBe('1');
});

test('the error envelope of every code is the one of the contract', () => {
  for (const code of Object.keys(errorKinds) as (keyof typeof errorKinds)[]) {
    const envelope = errorEnvelope(
      new ServiceError(code, 'Why.', { param: 'x', recovery: { action: 'Do.' } }),
      'req_1',
    );
    expect(errorEnvelopeSchema.parse(envelope)).toEqual(envelope);
    expect(envelope.error).toMatchObject({ code, type: errorKinds[code].type, request_id: 'req_1' });
  }
});

test('a conflict says that a retry is useless, unless the same request is still under way', () => {
  const underWay = new ServiceError('idempotency_in_progress', 'x', { recovery: { action: 'Wait.', wait_ms: 1_500 } });
  expect(errorHeaders(underWay)).toEqual({ 'retry-after': '2' });
  expect(errorHeaders(new ServiceError('session_ended', 'x'))['x-should-retry']).toBe('false');
});
