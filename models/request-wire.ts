import { ModelCallError } from './model-call.ts';
import { withBoundedBody } from './refusal-body.ts';
import { retryAfterMsOf } from './retry-after.ts';

/** The fate of the one HTTP request of a model call. */
export interface RequestWire {
  readonly maxRequestBytes: number;
  /** True once the request was handed to the network: from then on the provider may have charged. */
  sent: boolean;
  sentBytes: number;
  receivedBytes: number;
  /** The response with a 2xx status. We read it ourselves: the library gets an empty one. */
  answer?: Response;
  /** The HTTP status, once there is one. */
  status?: number | undefined;
  retryAfterMs?: number | undefined;
}

export interface MeteredFetch {
  /** The provider library gets it in place of `fetch`. */
  readonly fetch: typeof globalThis.fetch;
  /** Makes ready for the request that will carry this signal. */
  open(signal: AbortSignal, maxRequestBytes: number): RequestWire;
}

/**
 * Wraps `fetch` so that each model call is one HTTP request of at most `maxRequestBytes` (I4: the reservation paid for
 * no more), and so that its fate is known. A request is recognised by its abort signal, the only value of a call that
 * the provider libraries pass on unchanged. AsyncLocalStorage would slow down every promise of the worker.
 */
export function createMeteredFetch(fetch: typeof globalThis.fetch): MeteredFetch {
  const wires = new WeakMap<AbortSignal, RequestWire>();

  return {
    open(signal, maxRequestBytes) {
      const wire: RequestWire = { maxRequestBytes, sent: false, sentBytes: 0, receivedBytes: 0 };
      wires.set(signal, wire);
      return wire;
    },

    fetch: async (input, init) => {
      const wire = init?.signal ? wires.get(init.signal) : undefined;
      if (!wire || !init) throw new Error('a model request without an account');
      // The Google adapter continues what it takes for half an answer with a second, unreserved request.
      if (wire.sent) return emptyStream();

      const bytes = typeof init.body === 'string' ? Buffer.byteLength(init.body) : Number.POSITIVE_INFINITY;
      if (bytes > wire.maxRequestBytes) {
        throw new ModelCallError(
          'model.request_too_large',
          `the request has ${bytes} bytes, more than the ${wire.maxRequestBytes} that were reserved for`,
          { transient: false, mayHaveCharged: false },
        );
      }
      // Both throw for an address or a key that cannot be sent, while nothing is sent yet.
      new URL(input instanceof Request ? input.url : input);
      new Headers(init.headers);
      init.signal?.throwIfAborted();

      wire.sent = true;
      wire.sentBytes = bytes;
      const response = await fetch(input, init);
      wire.status = response.status;
      const retryAfterMs = retryAfterMsOf(response.headers, Date.now());
      if (retryAfterMs !== undefined) wire.retryAfterMs = retryAfterMs;
      if (!response.ok) return withBoundedBody(response);
      wire.answer = response;
      return emptyStream();
    },
  };
}

function emptyStream(): Response {
  return new Response('', { status: 200, headers: { 'content-type': 'text/event-stream' } });
}
