import type { FetchLike } from '@modelcontextprotocol/client';
import { createGuardedFetch, type GuardedFetch } from '../../processes/egress-guard.ts';

/** The bound is for metadata, registrations and tokens. Real ones have a few kilobytes. */
const MAX_RESPONSE_BYTES = 256 * 1024;

export type OAuthFetch = GuardedFetch['fetch'];

/** The fetch for authorization servers. Each address is checked, whoever named it, and redirects are not followed by themselves. */
export function createOAuthFetch({
  allow,
}: {
  readonly allow: readonly string[];
}): Pick<GuardedFetch, 'fetch' | 'close'> {
  return createGuardedFetch({ allow, maxResponseBytes: MAX_RESPONSE_BYTES });
}

/**
 * The fetch for steps that take several requests. All of them together have to end within `timeoutMs` from now.
 * @param givenUp ends them before
 */
export function fetchWithin(fetch: FetchLike, timeoutMs: number, givenUp?: AbortSignal): FetchLike {
  const late = AbortSignal.timeout(timeoutMs);
  const signal = givenUp === undefined ? late : AbortSignal.any([late, givenUp]);
  return (address, init) => fetch(address, { ...init, signal });
}
