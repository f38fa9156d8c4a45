import type { ClientOptions } from '../client-options.ts';
import { sender } from './attempt.ts';
import { newIdempotencyKey } from './idempotency-key.ts';
import type { Logger } from './logger.ts';
import { addressOf } from './query-string.ts';
import type { HeaderValues, RequestSpec } from './request.ts';
import { userAgent } from './runtime.ts';
import { sendWithRetries } from './send.ts';
import { startSpan } from './tracing.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_RETRIES = 2;

export interface TransportDeps {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly options: ClientOptions;
  readonly log: Logger;
}

/** Sends operations to the API: as what, with which headers, how often. */
export function createTransport({
  baseUrl,
  options: own,
  log,
}: TransportDeps): (spec: RequestSpec) => Promise<Response> {
  // The `fetch` of the runtime may be replaced later, as tests do.
  const send = sender(own.fetch ?? ((url, init) => fetch(url, init)), own.middleware ?? []);

  return async ({ method, path, query, body, headers, answer, abandon, options = {} }) => {
    const url = addressOf(baseUrl, path, query, options.query);
    const fixed: HeaderValues = {
      accept: answer === 'text' || answer === 'response' ? '*/*' : 'application/json',
      'user-agent': userAgent(),
      'content-type': body === undefined ? undefined : 'application/json',
      'idempotency-key': method === 'POST' ? (options.idempotencyKey ?? newIdempotencyKey()) : undefined,
    };
    const span = startSpan(method, url);
    try {
      const response = await sendWithRetries(
        { send, log },
        {
          method,
          url,
          headers: async () => {
            const apiKey = typeof own.apiKey === 'function' ? await own.apiKey() : own.apiKey;
            const authorization = `Bearer ${apiKey}`;
            return headersOf({ authorization }, fixed, span?.headers, own.headers, headers, options.headers);
          },
          body: body === undefined ? undefined : JSON.stringify(body),
          read: answer === 'response' ? 'headers' : 'whole',
          timeoutMs: options.timeoutMs ?? own.timeoutMs ?? DEFAULT_TIMEOUT_MS,
          maxRetries: options.maxRetries ?? own.maxRetries ?? DEFAULT_MAX_RETRIES,
          signal: options.signal,
          abandon,
        },
      );
      span?.answered(response.status);
      return response;
    } catch (error) {
      span?.failed(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };
}

/** Later values win. Null takes a header away. */
function headersOf(...layers: readonly (HeaderValues | undefined)[]): Headers {
  const headers = new Headers();
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer ?? {})) {
      if (value === null) headers.delete(name);
      else if (value !== undefined) headers.set(name, value);
    }
  }
  return headers;
}
