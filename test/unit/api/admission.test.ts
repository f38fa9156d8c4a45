import { Hono } from 'hono';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { errorEnvelope, serviceErrorOf } from '../../../api/error-response.ts';
import type { ApiEnv } from '../../../api/route.ts';
import { createAdmission } from '../../../api/serve-route.ts';
import { createSuspensions } from '../../../processes/suspensions.ts';
import { createTenantMeter } from '../../../processes/tenant-meter.ts';
import { suspendedRefusal } from '../../../service/tenants/refuse-suspended.ts';
import type { Caller, ServiceDeps } from '../../../service/verb/context.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('[api:reads:bounded-for-each-key] a read that is refused after its wait is not metered as one under way', async () => {
  const meter = createTenantMeter({ write: async () => undefined, warn: () => undefined });
  const caller: Caller = {
    tenantId: 'ten_1',
    keyId: 'key_1',
    scopes: ['read'],
    limits: { reads_at_once: 0 },
    suspended: false,
    keyExpiresAt: null,
    requestId: 'req_1',
  };
  const admit = createAdmission({
    // The meter is the only adapter that admission uses.
    services: { meter } as unknown as ServiceDeps,
    authenticate: async () => caller,
    suspensions: createSuspensions(suspendedRefusal),
  });
  const app = new Hono<ApiEnv>().get('/', admit, (c) => c.text('served'));
  app.onError((error, c) => c.json(errorEnvelope(serviceErrorOf(error), 'req_1'), 429));
  const answer = app.request('/');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(meter.held('ten_1', 'requests_at_once')).toBe(1);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await (await answer).json()).toMatchObject({
    error: { code: 'limit_reached', limit: { name: 'reads_at_once' } },
  });
  expect(meter.held('ten_1', 'requests_at_once')).toBe(0);
  await meter.close();
});
