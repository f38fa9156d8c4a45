/** One attempt of a request, as middleware sees it. */
export interface Attempt {
  readonly method: string;
  readonly url: URL;
  /** May be changed by middleware before it goes on. */
  readonly headers: Headers;
  /** JSON, or undefined where the request has no body. */
  readonly body: string | undefined;
  /** Aborted when the caller gives up or the time is over. */
  readonly signal: AbortSignal;
  /** 0 for the first attempt. */
  readonly retryCount: number;
}

export type SendAttempt = (attempt: Attempt) => Promise<Response>;

/** Stands around each attempt. It may change headers, look at the answer, answer by itself, or throw. */
export type Middleware = (attempt: Attempt, next: SendAttempt) => Promise<Response>;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Sends an attempt through middleware, the first of which is the outermost, and then through `fetch`. */
export function sender(fetch: Fetch, middleware: readonly Middleware[]): SendAttempt {
  const send: SendAttempt = ({ method, url, headers, body, signal }) =>
    fetch(url.href, { method, headers, body: body ?? null, signal, redirect: 'follow' });
  return middleware.reduceRight<SendAttempt>((next, each) => (attempt) => each(attempt, next), send);
}
