import type { ApiPromise } from '../http/api-promise.ts';
import type { Requester, RequestOptions } from '../http/request.ts';
import type { InboxEvent, InboxReceipt, UserImage } from '../types.ts';

export interface SteerOptions extends RequestOptions {
  /** Images that belong to a message. Default: none. */
  readonly images?: UserImage[] | undefined;
  /**
   * The message is refused (`turn_passed`) unless the session is at this turn: the one under way or, while it waits, the next
   * one. Turns count from 0. Default: any turn.
   */
  readonly expectedTurn?: number | undefined;
}

/** The address of a session. */
export function sessionPath(sessionId: string, rest = ''): string {
  return `/v1/sessions/${encodeURIComponent(sessionId)}${rest}`;
}

/** Posts an event to a session. It is stored when this returns, and is read at the next turn boundary. */
export function postEvent(
  requester: Requester,
  sessionId: string,
  event: InboxEvent,
  { expectedTurn, ...options }: Omit<SteerOptions, 'images'> = {},
): ApiPromise<InboxReceipt> {
  const body = expectedTurn === undefined ? event : { ...event, expected_turn: expectedTurn };
  return requester.request({ method: 'POST', path: sessionPath(sessionId, '/events'), body, options });
}
