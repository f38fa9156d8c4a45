import { errorOfForeignAnswer, errorOfResponse } from '../errors/error-of-response.ts';
import { AbortedError, BrainstormRouterError, ConnectionError, TimeoutError } from '../errors/errors.ts';
import type { SendAttempt } from './attempt.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import { type Logger, shownHeaders } from './logger.ts';
import type { Method } from './request.ts';
import { isPassing, waitBeforeRetryMs } from './retry-policy.ts';
import { wait } from './wait.ts';

export interface SendDeps {
  readonly send: SendAttempt;
  readonly log: Logger;
}

/** A request that is ready to be sent, any number of times. */
export interface Outgoing {
  readonly method: Method;
  readonly url: URL;
  /** The headers of an attempt. They are asked for anew, because a key may have been replaced. */
  readonly headers: () => Promise<Headers>;
  readonly body: string | undefined;
  /** `whole` reads the body within the attempt, so that one that breaks off is asked for again. */
  readonly read: 'whole' | 'headers';
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly signal: AbortSignal | undefined;
  /** As in a RequestSpec. */
  readonly abandon: AbortSignal | undefined;
}

type Outcome =
  | { readonly done: Response }
  | { readonly error: BrainstormRouterError; readonly passing: boolean; readonly headers?: Headers | undefined };

/**
 * Sends a request until it is answered, refused for good, or was sent `maxRetries` times again.
 * @throws ApiError, ConnectionError, TimeoutError, AbortedError, ProtocolError
 */
export async function sendWithRetries(deps: SendDeps, outgoing: Outgoing): Promise<Response> {
  const { abandon } = outgoing;
  if (abandon?.aborted === true) throw aborted(abandon.reason);
  for (let retry = 0; ; retry++) {
    const outcome = await attempt(deps, outgoing, retry);
    if ('done' in outcome) return outcome.done;
    const waitMs =
      outcome.passing && retry < outgoing.maxRetries
        ? waitBeforeRetryMs(retry + 1, outcome.headers, Math.random())
        : undefined;
    if (waitMs === undefined) throw outcome.error;
    deps.log.info('trying again', { url: outgoing.url.href, retry: retry + 1, waitMs, because: outcome.error.message });
    const signal = mayHaveTakenEffect(outcome.error) ? outgoing.signal : (abandon ?? outgoing.signal);
    await wait(waitMs, signal).catch((cause) => Promise.reject(aborted(cause)));
  }
}

/** Only a repetition can tell what became of an attempt that was not answered, or for which something in between answered. */
function mayHaveTakenEffect({ kind, status }: BrainstormRouterError): boolean {
  return kind !== 'status' || status === 500 || status === 502 || status === 504;
}

async function attempt({ send, log }: SendDeps, outgoing: Outgoing, retryCount: number): Promise<Outcome> {
  const { method, url, body, signal } = outgoing;
  if (signal?.aborted === true) return { error: aborted(signal.reason), passing: false };
  const headers = await outgoing.headers();
  if (retryCount > 0) headers.set('x-retry-count', String(retryCount));
  const deadline = createDeadline(signal, outgoing.timeoutMs);
  log.debug('request', { method, url: url.href, retryCount, headers: shownHeaders(headers) });
  let response: Response;
  try {
    response = await deadline.within(send({ method, url, headers, body, signal: deadline.signal, retryCount }));
    log.debug('answer', { method, url: url.href, status: response.status, headers: shownHeaders(response.headers) });
    if (response.ok && outgoing.read === 'headers') {
      deadline.stopClock();
      return { done: response };
    }
    const text = await deadline.within(response.text());
    deadline.release();
    return outcomeOf(response, text);
  } catch (cause) {
    deadline.release();
    return failureOf(cause, deadline, outgoing);
  }
}

function outcomeOf(response: Response, text: string): Outcome {
  const { status, statusText, headers } = response;
  if (response.ok) {
    // 204 and 205 take no body, not even an empty one.
    return { done: new Response(text === '' ? null : text, { status, statusText, headers }) };
  }
  if (status < 400) return { error: errorOfForeignAnswer(response, text), passing: false };
  return { error: errorOfResponse(response, text), passing: isPassing(status, headers), headers };
}

function failureOf(cause: unknown, deadline: Deadline, { method, url, timeoutMs, signal }: Outgoing): Outcome {
  const call = `${method} ${url.pathname}`;
  if (deadline.isOver())
    return { error: new TimeoutError(`${call}: no answer within ${timeoutMs} ms.`, { cause }), passing: true };
  if (signal?.aborted === true) return { error: aborted(signal.reason), passing: false };
  // Middleware may throw an error of ours, which says by itself what it is.
  if (cause instanceof BrainstormRouterError) return { error: cause, passing: false };
  return { error: new ConnectionError(`${call}: the connection failed${reasonOf(cause)}.`, { cause }), passing: true };
}

/** Runtimes hide the reason, such as ECONNREFUSED, in the cause of a TypeError that says `fetch failed`. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  const inner = cause.cause;
  const code = typeof inner === 'object' && inner !== null && 'code' in inner ? ` (${String(inner.code)})` : '';
  return `: ${cause.message}${code}`;
}

function aborted(cause: unknown): AbortedError {
  return new AbortedError('The call was aborted.', { cause });
}
