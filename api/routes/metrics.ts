import { requireFirstTenant } from '../../service/tenants/as-operator.ts';
import type { Authenticate } from '../../service/tenants/authenticate.ts';
import { requireScope, type ServiceDeps } from '../../service/verb/context.ts';
import type { Metrics } from '../metrics.ts';
import type { ApiContext } from '../route.ts';

export interface MetricsRouteDeps {
  readonly metrics: Metrics;
  readonly authenticate: Authenticate;
  readonly services: Pick<ServiceDeps, 'db'>;
}

/** Serves figures of the process and of all tenants to admins of the first tenant. */
export function metricsHandler({ metrics, authenticate, services: { db } }: MetricsRouteDeps) {
  return async (c: ApiContext): Promise<Response> => {
    const caller = await authenticate(c.req.header('authorization'), c.get('requestId'));
    requireScope(caller, 'admin');
    await db.serviceTransaction((tx) => requireFirstTenant(tx, caller));
    return new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } });
  };
}
