import { ConnectionError, ProtocolError } from '../errors/errors.ts';
import { isEventStream } from '../events/session-stream.ts';
import { newIdempotencyKey } from '../http/idempotency-key.ts';
import type { Logger } from '../http/logger.ts';
import type { Requester } from '../http/request.ts';
import type { RunRequest, Session } from '../types.ts';
import type { RunOptions } from './run-options.ts';
import { postEvent } from './steering.ts';

export interface SessionStart {
  readonly sessionId: string;
  /** The answer, with its events unread where it has any. */
  readonly response: Response;
  /** True when the session had been started before, with the same idempotency key. */
  readonly isReplayed: boolean;
}

export interface StartSpec {
  readonly agentId: string;
  readonly params: RunRequest;
  readonly options: RunOptions;
  /** Aborted when nobody wants the session any more. Whether it was started must be known all the same. */
  readonly abandon: AbortSignal;
}

/** What follows a start: the events of the session, or only the session. */
export type StartAnswer = 'stream' | 'session';

/** Starts a session, once: every attempt carries the same idempotency key. @param include what a stream has besides the log */
export async function startSession(
  requester: Requester,
  { agentId, params, options, abandon }: StartSpec,
  answer: StartAnswer,
  include: readonly string[],
): Promise<SessionStart> {
  const { timeoutMs, maxRetries, headers, idempotencyKey = newIdempotencyKey() } = options;
  const agent = `/v1/agents/${encodeURIComponent(agentId)}`;
  const following = {
    path: `${agent}/run`,
    query: { include: include.length > 0 ? include : undefined },
    headers: { accept: 'text/event-stream' },
  };
  const start = {
    method: 'POST',
    ...(answer === 'stream' ? following : { path: `${agent}/sessions` }),
    body: params,
    abandon,
    options: { timeoutMs, maxRetries, headers, idempotencyKey },
  } as const;
  const response = await requester.request<Response>({ ...start, answer: 'response' });
  const type = response.headers.get('content-type') ?? 'none';
  let sessionId = response.headers.get('x-session-id');
  if (sessionId === null && isEventStream(type)) {
    // Something in between took the header away. The same start, asked for without its stream, names the session in its body.
    const session = await requester.request<Session>({ ...start, headers: { prefer: 'respond-async' } });
    sessionId = session.id;
  }
  if (sessionId === null) {
    await response.body?.cancel().catch(() => undefined);
    throw new ProtocolError(`The answer to the start names no session (status ${response.status}, type ${type}).`, {
      status: response.status,
      headers: response.headers,
    });
  }
  return { sessionId, response, isReplayed: response.headers.get('idempotent-replayed') === 'true' };
}

/** Interrupts a session that nobody waits for. A failure is only logged: the session may have ended by itself. */
export async function interruptAbandoned(requester: Requester, started: Promise<string>, log: Logger): Promise<void> {
  try {
    await postEvent(requester, await started, { type: 'user.interrupt' });
  } catch (error) {
    if (error instanceof ConnectionError) log.warn('an aborted run may still go on', { because: error.message });
    else log.debug('an aborted run was not interrupted', { because: String(error) });
  }
}
