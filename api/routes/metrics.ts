import { getConnInfo } from '@hono/node-server/conninfo';
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

/** Serves figures of the process and of all tenants, to requests from this machine and to admins of the first tenant. */
export function metricsHandler({ metrics, authenticate, services: { db } }: MetricsRouteDeps) {
  return async (c: ApiContext): Promise<Response> => {
    if (!isFromThisMachine(c)) {
      const caller = await authenticate(c.req.header('authorization'), c.get('requestId'));
      requireScope(caller, 'admin');
      await db.serviceTransaction((tx) => requireFirstTenant(tx, caller));
    }
    return new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } });
  };
}

/** A header shows that a proxy on this machine passed a request on, or that a page in a browser sent it. */
function isFromThisMachine(c: ApiContext): boolean {
  const passedOn = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via', 'origin'].some(
    (name) => c.req.header(name) !== undefined,
  );
  const { address = '' } = getConnInfo(c).remote;
  return !passedOn && /^(127\.|::1$|::ffff:127\.)/.test(address);
}
