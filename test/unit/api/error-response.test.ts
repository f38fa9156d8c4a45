import { expect, test } from 'vitest';
import { errorEnvelope, errorHeaders, serviceErrorOf } from '../../../api/error-response.ts';
import { errorEnvelopeSchema, errorKinds } from '../../../contract/error.ts';
import { ServiceError } from '../../../service/service-error.ts';

test('nothing of an unexpected error reaches the client', () => {
  const error = Object.assign(new Error('duplicate key (secret-row-value)'), { code: '23505', detail: 'secret' });
  const body = JSON.stringify(errorEnvelope(serviceErrorOf(error), 'req_1'));
  expect(body).not.toContain('secret');
  expect(serviceErrorOf(error).code).toBe('internal_error');
});

test.each(['ECONNREFUSED', '57P01', '57014', '55P03', '53300', '08006'])(
  'Postgres being away (%s) is a 503 that may be tried again',
  (code) => {
    const refusal = serviceErrorOf(Object.assign(new Error('gone'), { code }));
    expect(refusal.status).toBe(503);
    expect(errorHeaders(refusal)['retry-after']).toBe('1');
  },
);

test('every code has an envelope of the contract', () => {
  for (const code of Object.keys(errorKinds) as (keyof typeof errorKinds)[]) {
    const envelope = errorEnvelope(
      new ServiceError(code, 'Why.', { param: 'x', recovery: { action: 'Do.' } }),
      'req_1',
    );
    expect(errorEnvelopeSchema.parse(envelope)).toEqual(envelope);
    expect(envelope.error).toMatchObject({ code, type: errorKinds[code].type, request_id: 'req_1' });
  }
});

test('a conflict says that trying again is useless', () => {
  expect(errorHeaders(new ServiceError('session_ended', 'x'))['x-should-retry']).toBe('false');
});
