import type { DiallingFetch } from './egress-guard.ts';

const MOST_REDIRECTS = 5;
/** The headers that say nothing about us and may be sent to another server. */
const HARMLESS_HEADERS: readonly string[] = ['accept', 'accept-language', 'user-agent'];

/** A redirect that is not followed, since credentials or the body of a request would go to another server. */
export class RedirectRefusedError extends Error {
  readonly code = 'ERR_REDIRECT_REFUSED';
  constructor(why: string) {
    super(`redirect not followed: ${why}`);
    this.name = 'RedirectRefusedError';
  }
}

/**
 * A guarded fetch that follows redirects, each of which is checked as its first address was. Within one server (same host and
 * port, or from http to https on the same host) a request goes on as it is. To another server goes only a GET without
 * credentials.
 * @throws RedirectRefusedError for a redirect that would take more along, leaves https, or is one too many
 */
export function createRedirectingFetch(fetch: DiallingFetch): DiallingFetch {
  return async (input, init = {}) => {
    if (input instanceof Request) throw new TypeError('pass the address and options, not a Request');
    let url = new URL(input);
    let request = init;
    for (let redirects = 0; ; redirects++) {
      const response = await fetch(url, request);
      const location = response.headers.get('location');
      if (!REDIRECTS.has(response.status) || location === null) return response;
      // Without this the connection stays taken.
      await response.body?.cancel();
      if (redirects === MOST_REDIRECTS) throw new RedirectRefusedError(`there are more than ${MOST_REDIRECTS}`);
      const target = targetOf(location, url);
      request = redirected(request, response.status, url, target);
      url = target;
    }
  };
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function targetOf(location: string, from: URL): URL {
  if (!URL.canParse(location, from.href)) throw new RedirectRefusedError('its target is no address');
  const target = new URL(location, from);
  if (target.protocol !== 'https:' && target.protocol !== 'http:') {
    throw new RedirectRefusedError('its target is no address of http or https');
  }
  if (target.username !== '' || target.password !== '') throw new RedirectRefusedError('its target holds credentials');
  if (from.protocol === 'https:' && target.protocol === 'http:') throw new RedirectRefusedError('it leaves https');
  return target;
}

function redirected(request: RequestInit, status: number, from: URL, to: URL): RequestInit {
  const method = (request.method ?? 'GET').toUpperCase();
  const reads = method === 'GET' || method === 'HEAD';
  if (status === 303 && !reads) return redirected({ ...withoutBody(request), method: 'GET' }, 302, from, to);
  if (!reads && status !== 307 && status !== 308) {
    // A browser would make a GET of it, which is not what the caller asked for.
    throw new RedirectRefusedError(`a ${method} can only be sent again after 307 or 308`);
  }
  if (isSameServer(from, to)) {
    if (request.body instanceof ReadableStream) throw new RedirectRefusedError('its body cannot be sent twice');
    return request;
  }
  if (!reads) throw new RedirectRefusedError(`a ${method} is not sent to another server`);
  const headers = [...new Headers(request.headers)].filter(([name]) => HARMLESS_HEADERS.includes(name));
  return { ...request, headers };
}

function withoutBody(request: RequestInit): RequestInit {
  const headers = [...new Headers(request.headers)].filter(([name]) => !name.startsWith('content-'));
  return { ...request, headers, body: null };
}

function isSameServer(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  const isUpgrade = from.protocol === 'http:' && to.protocol === 'https:' && from.port === '' && to.port === '';
  return isUpgrade && from.hostname === to.hostname;
}
