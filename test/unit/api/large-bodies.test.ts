import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { serviceErrorOf } from '../../../api/error-response.ts';
import { createLargeBodies } from '../../../api/large-bodies.ts';
import type { ApiEnv } from '../../../api/route.ts';
import { suspendedRefusal } from '../../../service/tenants/refuse-suspended.ts';
import type { Caller } from '../../../service/verb/context.ts';

const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

/** An API whose requests are answered when they are told to, and the tenants of those that have a place. */
function createServed(waitMs: number) {
  const places = createLargeBodies({ places: 16, waitMs });
  const served: string[] = [];
  const answers: (() => void)[] = [];
  const suspended = new AbortController();
  const app = new Hono<ApiEnv>()
    .use(async (c, next) => {
      const tenantId = c.req.header('x-tenant') ?? '';
      // The middleware reads no more of the caller.
      c.set('caller', { tenantId, keyId: 'key' } as Caller);
      c.set('suspended', suspended.signal);
      await next();
    })
    .post('/', places, async (c) => {
      served.push(c.get('caller').tenantId);
      await new Promise<void>((resolve) => answers.push(resolve));
      return c.text('served');
    })
    .onError((error, c) => c.text(serviceErrorOf(error).code));
  const send = async (tenant: string, headers: Record<string, string>) =>
    (await app.request('/', { method: 'POST', headers: { 'x-tenant': tenant, ...headers } })).text();
  return { send, served, answer: () => answers.shift()?.(), suspended };
}

const large = { 'content-length': '100000' };

test('[bounds:memory:large-bodies] however many large bodies a tenant sends, few are held at once, small ones wait for nobody, and another tenant has its own', async () => {
  const { send, served, answer } = createServed(60_000);
  const sent = Array.from({ length: 30 }, (_, n) =>
    send('hostile', n % 2 ? large : { 'transfer-encoding': 'chunked' }),
  );
  await settled();
  const first = served.length;
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThanOrEqual(12);
  const more = [send('hostile', { 'content-length': '1000' }), send('quiet', large)];
  await settled();
  expect(served.slice(first).sort()).toEqual(['hostile', 'quiet']);
  while (served.length < 32) {
    answer();
    await settled();
  }
  for (let left = 0; left < 32; left++) answer();
  expect(new Set(await Promise.all([...sent, ...more]))).toEqual(new Set(['served']));
});

test('[bounds:memory:large-bodies] a large body without a place is refused after its wait, and at once when its tenant is suspended', async () => {
  const patient = createServed(60_000);
  const waiting = Array.from({ length: 20 }, () => patient.send('hostile', large));
  await settled();
  patient.suspended.abort(suspendedRefusal());
  expect(await Promise.race(waiting)).toBe('tenant_suspended');
  const hasty = createServed(5);
  expect(await Promise.race(Array.from({ length: 20 }, () => hasty.send('hostile', large)))).toBe('limit_reached');
});
