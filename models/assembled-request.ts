import type { LearnedDialects } from './learned-dialects.ts';
import { emptyStream } from './request-wire.ts';
import { createSendRequest, type RequestContent } from './send-request.ts';

/** The HTTP request that a model would be sent. Its headers hold the key: never logged, never serialised (I10). */
export interface AssembledRequest {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** Builds the HTTP requests of model calls without sending them. They are the same that `callModelOnce` sends. */
export function createAssembleRequest(deps: {
  readonly dialects: LearnedDialects;
}): (request: RequestContent) => Promise<AssembledRequest> {
  const assembled = new WeakMap<AbortSignal, AssembledRequest>();
  const send = createSendRequest({
    dialects: deps.dialects,
    // As in createMeteredFetch, the signal says which request it is.
    fetch: async (input, init) => {
      if (init?.signal && typeof init.body === 'string') {
        const url = input instanceof Request ? input.url : String(input);
        assembled.set(init.signal, { url, headers: new Headers(init.headers), body: init.body });
      }
      return emptyStream();
    },
  });
  return async (request) => {
    const { signal } = new AbortController();
    await send(request, signal);
    const made = assembled.get(signal);
    if (made === undefined) throw new TypeError('The provider library made no request.');
    return made;
  };
}
