import { type ErrorCode, errorKinds } from '../contract/error.ts';
import { mayReadBody, type Route } from './route.ts';

/** The codes that `GET /metrics` may answer with. It belongs to no tenant and has no rate limit. */
export const METRICS_ERRORS = [
  'missing_api_key',
  'invalid_api_key',
  'expired_api_key',
  'missing_scope',
  'internal_error',
  'database_unavailable',
  'database_busy',
] as const satisfies ErrorCode[];

const OF_EVERY_ROUTE = [
  'invalid_request',
  'unknown_field',
  'rate_limited',
  'limit_reached',
  'tenant_suspended',
  ...METRICS_ERRORS,
] as const satisfies ErrorCode[];

const OF_A_BODY = [
  'invalid_json',
  'body_too_large',
  'body_too_deep',
  'quota_exceeded',
  'unsupported_media_type',
] as const satisfies ErrorCode[];

/** Every code that a route may answer with, by status. */
export function documentedErrors(route: Route): ReadonlyMap<number, readonly ErrorCode[]> {
  const posts = route.method === 'post';
  return byStatus([
    ...OF_EVERY_ROUTE,
    // A path parameter that contains a NUL names nothing.
    ...(route.path.includes('{') ? (['route_not_found'] as const) : []),
    ...(mayReadBody(route) ? OF_A_BODY : []),
    ...(posts ? (['idempotency_mismatch'] as const) : []),
    ...(route.dialsOut ? (['idempotency_in_progress'] as const) : []),
    ...(route.errors ?? []),
  ]);
}

export function byStatus(codes: readonly ErrorCode[]): ReadonlyMap<number, readonly ErrorCode[]> {
  const statuses = new Map<number, ErrorCode[]>();
  for (const code of [...new Set(codes)].sort()) {
    const { status } = errorKinds[code];
    statuses.set(status, [...(statuses.get(status) ?? []), code]);
  }
  return statuses;
}
