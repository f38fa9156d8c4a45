import type { IncludedEvent } from '../events/run-event.ts';
import type { RequestOptions } from '../http/request.ts';

/** How a run is followed. */
export interface FollowOptions extends Omit<RequestOptions, 'query' | 'idempotencyKey'> {
  /**
   * Ends the following: iterators and promises fail with an AbortedError. What becomes of the run says `onAbort`.
   */
  readonly signal?: AbortSignal | undefined;
  /** Whether `signal` also interrupts the run. Default: `interrupt` for a run you started, `detach` for one you attached to. */
  readonly onAbort?: 'interrupt' | 'detach' | undefined;
  /** Makes the result of a run that ended badly an error, a RunFailedError. Default: false. */
  readonly throwOnFailure?: boolean | undefined;
  /** More events for iterators. Default: only the ten types that are in the log. */
  readonly include?: readonly IncludedEvent[] | undefined;
  /**
   * A connection on which nothing arrives for so long, in milliseconds, is given up and the stream is opened again.
   * Default: 45,000, which is three heartbeats of the server.
   */
  readonly silenceMs?: number | undefined;
  /** So many connections in a row may bring no event before the stream fails with a ConnectionError. Default: 20. */
  readonly maxReconnects?: number | undefined;
}

export interface RunOptions extends FollowOptions {
  /** The same key starts the same run: a second call with it follows the first one's session. Default: one of its own. */
  readonly idempotencyKey?: string | undefined;
}

export interface AttachOptions extends FollowOptions {
  /** The id of the last event that you have. Default: none, so that the events are followed from the first one on. */
  readonly after?: string | undefined;
}
