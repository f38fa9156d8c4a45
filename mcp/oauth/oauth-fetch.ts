import type { FetchLike } from '@modelcontextprotocol/client';
import { createGuardedFetch, type GuardedFetch } from '../../processes/egress-guard.ts';

/** The limit is for metadata, registrations and tokens. Real ones have a few kilobytes. */
const MAX_RESPONSE_BYTES = 256 * 1024;

export type OAuthFetch = GuardedFetch['fetch'];

/** The fetch for authorization servers. Each address is checked, whoever named it, and redirects are not followed by themselves. */
export function createOAuthFetch({
  allow,
}: {
  readonly allow: readonly string[];
}): Pick<GuardedFetch, 'fetch' | 'close'> {
  const guarded = createGuardedFetch({ allow, maxResponseBytes: MAX_RESPONSE_BYTES });
  return {
    async fetch(...request) {
      const { body, status, statusText, headers } = await guarded.fetch(...request);
      // The SDK tells a response from a text by the class of Node, and undici has a class of its own.
      return new Response(body, { status, statusText, headers });
    },
    close: guarded.close,
  };
}

/** The fetch for steps that take several requests. All of them together have to end within `timeoutMs` from now. */
export function fetchWithin(fetch: FetchLike, timeoutMs: number): FetchLike {
  const signal = AbortSignal.timeout(timeoutMs);
  return (address, init) => fetch(address, { ...init, signal });
}
