import type { MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { abortable } from '../processes/abortable.ts';
import type { Suspensions } from '../processes/suspensions.ts';
import type { Authenticate } from '../service/tenants/authenticate.ts';
import { refuseSuspended } from '../service/tenants/refuse-suspended.ts';
import { limitFor, limitRefusal } from '../service/tenants/require-room.ts';
import { type Caller, requireScope, type ServiceDeps } from '../service/verb/context.ts';
import { parseInput } from '../service/verb/parse.ts';
import { ServiceError } from '../service/verb/service-error.ts';
import type { DialSlots } from './dial-slots.ts';
import { createTenantRateLimiter, type RateLimitVerdict } from './rate-limit.ts';
import { readJsonBody } from './read-body.ts';
import { readQuery } from './read-query.ts';
import { createReadSlots } from './read-slots.ts';
import type { AnyRequest, ApiContext, ApiEnv, Route } from './route.ts';
import { serveOnce } from './serve-once.ts';
import { untilSuspended } from './until-suspended.ts';

/** A read that waited so long is refused. */
const READ_WAIT_MS = 10_000;

export interface ServeRouteDeps {
  readonly services: ServiceDeps;
  readonly authenticate: Authenticate;
  readonly suspensions: Suspensions;
  /** Absent: no limit. */
  readonly limitRate?: ((keyId: string) => Promise<RateLimitVerdict>) | undefined;
}

/**
 * Lets a request in if its key is valid, and neither the key nor its tenant has sent too many. It comes first on every route
 * that needs a key.
 */
export function createAdmission(deps: ServeRouteDeps): MiddlewareHandler<ApiEnv> {
  const { meter } = deps.services;
  const limitTenant = createTenantRateLimiter();
  const readSlots = createReadSlots({ waitMs: READ_WAIT_MS });

  return async (c, next) => {
    const since = deps.suspensions.looks();
    const caller = await deps.authenticate(c.req.header('authorization'), c.get('requestId'));
    c.set('caller', caller);
    const { tenantId } = caller;
    meter.add(tenantId, 'requests', 1);
    const verdict = await deps.limitRate?.(caller.keyId);
    if (verdict !== undefined) {
      c.set('rateLimitHeaders', verdict.headers);
      if (verdict.refusal !== undefined) throw verdict.refusal;
    }
    await limitTenant(caller);
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (!reads) refuseSuspended(caller);
    const done = meter.hold(tenantId, 'requests_at_once');
    const served = reads ? undefined : deps.suspensions.begin(tenantId, since);
    if (served !== undefined) c.set('suspended', served.suspended);
    let endRead: (() => void) | undefined;
    try {
      endRead = reads ? await beginRead(caller) : undefined;
      await next();
    } finally {
      endRead?.();
      served?.end();
      done();
    }
  };

  async function beginRead(caller: Caller): Promise<() => void> {
    const most = limitFor(caller, 'reads_at_once');
    const endRead = await readSlots.take(caller.keyId, most);
    if (endRead !== undefined) return endRead;
    throw limitRefusal({ name: 'reads_at_once', used: most, limit: most, more: 1 });
  }
}

/** The body of a POST that takes none. */
const noFields = z.strictObject({});

/** Serves a request that was let in. */
export async function serveRoute(
  c: ApiContext,
  served: Route,
  { services, dials }: { readonly services: ServiceDeps; readonly dials: DialSlots },
): Promise<Response> {
  // Its verb asks again. Asked here as well, the scope that the description of a route states is the one that holds.
  requireScope(c.get('caller'), served.scope);
  const params = c.req.param();
  // Postgres stores no NUL, so nothing has such a name.
  if (Object.values(params).some((value) => value.includes('\0'))) {
    throw new ServiceError('route_not_found', 'Nothing has this name.');
  }
  let body: Promise<unknown> | undefined;
  const suspended = c.get('suspended') ?? new AbortController().signal;
  const received: AnyRequest = {
    ctx: {
      ...services,
      ...untilSuspended(services, suspended),
      ...c.get('caller'),
      afterCommit: (work) => work(),
    },
    params,
    query: readQuery(c.req.url, served),
    body: () => {
      body ??= abortable(readJsonBody(c.req.raw), suspended);
      return body;
    },
    header: (name) => c.req.header(name),
  };
  if (served.method === 'post' && served.body === undefined) parseInput(noFields, (await received.body()) ?? {});
  const request = await prepared(served, received);
  const endDial = served.dialsOut ? await dials.take(request.ctx, suspended) : undefined;
  try {
    return await answered(c, served, request);
  } finally {
    endDial?.();
  }
}

async function answered(c: ApiContext, served: Route, request: AnyRequest): Promise<Response> {
  const key = served.method === 'post' ? c.req.header('idempotency-key') : undefined;
  const answer = await (key === undefined ? served.handle(request) : serveOnce(served, c.req.path, request, key));
  const shown = served.present === undefined ? answer : await served.present(request, answer);
  return c.req.raw.method === 'HEAD' ? withoutBody(shown) : shown;
}

async function prepared({ prepare }: Route, request: AnyRequest): Promise<AnyRequest> {
  // Most installations have no embedding model, and then there is nothing to prepare.
  if (prepare === undefined || request.ctx.meaning === undefined) return request;
  const { ctx, params } = request;
  const meant = await prepare({ ctx, params, body: await request.body() });
  return { ...request, ctx: { ...ctx, meant } };
}

/** Cancels the body of an answer to HEAD. Hono would only drop it, and its stream would be followed for nobody. */
async function withoutBody(answer: Response): Promise<Response> {
  const { status, headers } = answer;
  await answer.body?.cancel();
  return new Response(null, { status, headers });
}
