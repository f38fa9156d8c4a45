import { abortable } from '../processes/abortable.ts';
import type { ServiceDeps } from '../service/verb/context.ts';

type Waiting = Pick<ServiceDeps, 'evaluator' | 'tools' | 'oauthFetch' | 'askProvider' | 'testProvider' | 'meaning'>;

/**
 * The adapters that wait for servers of others and for evaluations, for one request: each of them gives up when the tenant is
 * suspended. A verb has no others, so none waits on for a suspended tenant.
 * @param suspended its reason is the refusal of the request
 */
export function untilSuspended(services: Waiting, suspended: AbortSignal): Waiting {
  const { evaluator, tools, oauthFetch, askProvider, testProvider, meaning } = services;
  const orSuspended = (signal: AbortSignal | null | undefined) =>
    signal == null ? suspended : AbortSignal.any([signal, suspended]);
  /** Nothing has come about, so the request is refused, whatever the adapter says of its failure. */
  const refused = async <T>(work: Promise<T>): Promise<T> => {
    const [settled] = await Promise.allSettled([work]);
    suspended.throwIfAborted();
    if (settled.status === 'rejected') throw settled.reason;
    return settled.value;
  };
  return {
    evaluator: { of: (tenantId) => evaluator.of(tenantId, suspended) },
    tools: {
      discover: (server, timeoutMs) => refused(tools.discover(server, timeoutMs, suspended)),
      // Its row says what is known of a call that was sent.
      call: (invocation) => tools.call({ ...invocation, signal: orSuspended(invocation.signal) }),
    },
    oauthFetch: (address, init) => oauthFetch(address, { ...init, signal: orSuspended(init?.signal) }),
    // A text that was not judged by then counts as one whose provider did not answer.
    askProvider: (provider, text, place) => askProvider(provider, text, place, suspended),
    testProvider: (target, asker) => refused(testProvider(target, { ...asker, signal: suspended })),
    meaning: meaning && { vectorOf: (...asked) => abortable(meaning.vectorOf(...asked), suspended) },
  };
}
