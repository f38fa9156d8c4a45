import type { DiallingFetch } from '../processes/egress-guard.ts';
import { ModelCallError, type WireBytes } from './model-call.ts';
import { withBoundedBody } from './refusal-body.ts';
import { retryAfterMsOf } from './retry-after.ts';
import { type MediaLoad, NO_MEDIA } from './shown-media.ts';

export interface RequestBounds {
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  readonly connectTimeoutMs: number;
}

/** The fate of the one HTTP request of a model call. */
export interface RequestWire {
  readonly maxRequestBytes: number;
  /** True once the request was handed to the network: from then on the provider may have charged. */
  sent: boolean;
  sentBytes: number;
  /** The images, sounds and documents that the request shows. Their data is part of `sentBytes`. */
  images: MediaLoad;
  receivedBytes: number;
  /** The response with a 2xx status. We read it ourselves: the library gets an empty one. */
  answer?: Response;
  /** The HTTP status, once there is one. */
  status?: number | undefined;
  retryAfterMs?: number | undefined;
}

/** The part of a request that its provider may count. The data of images, sounds and documents is none: providers count pixels, seconds and pages. */
export function sentOf({ sentBytes, images }: RequestWire): Pick<WireBytes, 'sent' | 'images'> {
  return { sent: sentBytes - images.bytes, images: images.count };
}

export interface MeteredFetch {
  /** The provider library gets it in place of `fetch`. */
  readonly fetch: typeof globalThis.fetch;
  /** Makes ready for the request that will carry this signal. */
  open(signal: AbortSignal, bounds: RequestBounds): RequestWire;
}

/**
 * Wraps `fetch` so that each model call is one HTTP request of at most `maxRequestBytes` (I4: the reservation paid for
 * no more), and so that its fate is known. A request is recognised by its abort signal, the only value of a call that
 * the provider libraries pass on unchanged. AsyncLocalStorage would slow down every promise of the worker.
 */
export function createMeteredFetch(fetch: DiallingFetch): MeteredFetch {
  const opened = new WeakMap<
    AbortSignal,
    { readonly wire: RequestWire; readonly bounds: Omit<RequestBounds, 'maxRequestBytes'> }
  >();

  return {
    open(signal, { maxRequestBytes, ...bounds }) {
      const wire: RequestWire = {
        maxRequestBytes,
        sent: false,
        sentBytes: 0,
        images: NO_MEDIA,
        receivedBytes: 0,
      };
      opened.set(signal, { wire, bounds });
      return wire;
    },

    fetch: async (input, init) => {
      const request = init?.signal ? opened.get(init.signal) : undefined;
      if (!request || !init) throw new Error('a model request without an account');
      const { wire, bounds } = request;
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
      const response = await fetch(input, { ...init, ...bounds });
      wire.status = response.status;
      const retryAfterMs = retryAfterMsOf(response.headers, Date.now());
      if (retryAfterMs !== undefined) wire.retryAfterMs = retryAfterMs;
      if (!response.ok) return withBoundedBody(response);
      wire.answer = response;
      return emptyStream();
    },
  };
}

/** A response in which the provider library finds nothing to read. */
export function emptyStream(): Response {
  return new Response('', { status: 200, headers: { 'content-type': 'text/event-stream' } });
}
