import type { Page } from '../paging/page.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type { ApiPromise } from './api-promise.ts';
import type { Logger } from './logger.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A value of a query. A list is sent as one value, separated by commas. What is null, undefined or an empty list is left out. */
export type QueryValue = string | number | boolean | Date | readonly string[] | null | undefined;
export type Query = Readonly<Record<string, QueryValue>>;

/** Headers of a client or a call. One that is null takes away a header that would be sent otherwise. */
export type HeaderValues = Readonly<Record<string, string | null | undefined>>;

/** What a single call may say beside its parameters. */
export interface RequestOptions {
  /** How long one attempt may take, in milliseconds. Default: that of the client, 60,000. */
  readonly timeoutMs?: number | undefined;
  /** How many times a call that failed for a passing reason is sent again. Default: that of the client, 2. */
  readonly maxRetries?: number | undefined;
  /** Ends the call with an AbortedError. */
  readonly signal?: AbortSignal | undefined;
  readonly headers?: HeaderValues | undefined;
  /** The `Idempotency-Key` of a POST. Default: one of its own for each call, kept over its retries. */
  readonly idempotencyKey?: string | undefined;
  /** More parameters of the query. */
  readonly query?: Query | undefined;
}

/** One operation of the API. */
export interface RequestSpec {
  readonly method: Method;
  /** The path, with its parameters encoded, such as `/v1/sessions/sess_…`. */
  readonly path: string;
  readonly query?: object | undefined;
  /** Sent as JSON. Undefined: no body. */
  readonly body?: unknown;
  readonly headers?: HeaderValues | undefined;
  /** `json` (default) parses the answer. `text` reads it. `response` gives the Response with its body unread, as for a file. */
  readonly answer?: 'json' | 'text' | 'response' | undefined;
  /**
   * Ends the call, but neither an attempt that is under way nor the repetition of one that may have taken effect: whoever
   * gives up has to know whether there is something to undo.
   */
  readonly abandon?: AbortSignal | undefined;
  readonly options?: RequestOptions | undefined;
}

/** What resources are written on. The client is one. */
export interface Requester {
  readonly log: Logger;
  /**
   * Sends one request, and sends it again where that is safe and may help.
   * @throws BrainstormRouterError whose class and `kind` say what went wrong
   */
  request<T>(spec: RequestSpec): ApiPromise<T>;
  /** A list of the API: awaited, its first page; iterated, the items of all pages. */
  getPage<T, P extends Page<T> = Page<T>>(path: string, query?: object, options?: RequestOptions): PagePromise<T, P>;
}
