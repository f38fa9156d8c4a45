import { AbortedError } from '../errors/errors.ts';
import type { RunEvent } from '../events/run-event.ts';
import type { Requester } from '../http/request.ts';
import type { InboxEvent } from '../types.ts';
import { followSession, readSession } from './follow.ts';
import { requireSuccess } from './run-failed-error.ts';
import { createRunFeed } from './run-feed.ts';
import type { FollowOptions } from './run-options.ts';
import { type Boundary, createResultFold, type RunResult } from './run-result.ts';
import { interruptAbandoned, type SessionStart } from './session-start.ts';
import { postEvent } from './steering.ts';

export interface RunOrigin {
  /** Starts the session, or says which one it is. */
  start(include: readonly string[]): Promise<Pick<SessionStart, 'sessionId' | 'isReplayed'> & { response?: Response }>;
  /** True when the start must not wait until somebody wants to see something. */
  readonly isEager: boolean;
  /** True when the log may hold more than one exchange already. */
  readonly mayBeBehind: boolean;
  readonly after?: string | undefined;
  /** Aborts the start, if it may be. */
  readonly abandon: AbortController;
  readonly options: FollowOptions;
  readonly onAbort: 'interrupt' | 'detach';
}

/** What a run does behind its methods. */
export interface RunCore {
  started(): Promise<string>;
  knownSessionId(): string | undefined;
  lastEventId(): string | undefined;
  iterate(wants: (event: RunEvent) => boolean): AsyncIterableIterator<RunEvent, undefined>;
  /** Makes the stream carry the text of answers while they are written. */
  wantText(): void;
  result(): Promise<RunResult>;
  /** Posts a message when the session waits for one. @returns the result that follows it */
  exchange(message: InboxEvent): Promise<RunResult>;
  detach(): void;
}

const ignore = () => undefined;

export function createRunCore(requester: Requester, origin: RunOrigin): RunCore {
  const { options } = origin;
  const include = new Set<string>(options.include ?? []);
  let sessionId: string | undefined;
  let first: Response | undefined;
  let mayBeBehind = origin.mayBeBehind;
  /** The `seq` that the log had when it was looked at. An idle event before it is of an earlier exchange. */
  let knownSeq: number | undefined;
  let exchanges: Promise<unknown> = Promise.resolve();

  async function start(): Promise<string> {
    // A caller that wants the text of answers says so before this goes on, so that the first connection carries it.
    await Promise.resolve();
    const asked = [...include];
    const started = await origin.start(asked);
    sessionId = started.sessionId;
    mayBeBehind ||= started.isReplayed;
    // An answer that nobody reads would only hold a connection, and one without what is wanted by now is replaced.
    if (feed.hasReaders() && include.size === asked.length) first = started.response;
    else started.response?.body?.cancel().catch(ignore);
    return sessionId;
  }

  let starting: Promise<string> | undefined;
  function started(): Promise<string> {
    if (starting === undefined) {
      starting = start();
      // Whoever waits for the run is told of a failed start. Somebody who does not wait asked for no error.
      starting.catch((error) => feed.fail(error));
    }
    return starting;
  }

  const following = {
    options,
    sessionId: started,
    knownSessionId: () => sessionId,
    include: () => [...include],
    takeFirst() {
      const response = first;
      first = undefined;
      return response;
    },
  };
  function letGo(): void {
    following.takeFirst()?.body?.cancel().catch(ignore);
    stream.reopen();
  }

  const stream = followSession(requester, following, origin.after);
  const fold = createResultFold(() => sessionId ?? '');
  const feed = createRunFeed({
    stream,
    openFrom: (after) => followSession(requester, { ...following, takeFirst: ignore }, after),
    after: origin.after,
    letGo,
    onEvent: (event) => fold.take(event),
    onEnd: () => options.signal?.removeEventListener('abort', abort),
  });

  function abort(): void {
    const cause = options.signal?.reason;
    feed.fail(new AbortedError('The run was aborted.', { cause, sessionId, lastEventId: stream.lastEventId() }));
    const wasBegun = starting !== undefined;
    origin.abandon.abort(cause);
    if (wasBegun && origin.onAbort === 'interrupt') void interruptAbandoned(requester, started(), requester.log);
  }

  if (options.signal?.aborted === true) abort();
  else {
    options.signal?.addEventListener('abort', abort, { once: true });
    if (origin.isEager) void started().catch(ignore);
  }

  /** Reads on to the end of the exchange that is under way, or that `behind` ended in front of. */
  async function boundary(behind?: string): Promise<Boundary> {
    for (;;) {
      await feed.readUntil(() => (fold.boundary()?.id ?? behind) !== behind);
      const found = fold.boundary();
      if (found === undefined || found.id === behind)
        throw new AbortedError('The run was detached from.', { sessionId });
      if (found.isEnd || (await isLatest(found))) return found;
      behind = found.id;
    }
  }

  async function isLatest({ id }: Boundary): Promise<boolean> {
    if (!mayBeBehind) return true;
    knownSeq ??= (await readSession(requester, await started(), options)).last_seq;
    if (Number.parseInt(id, 10) < knownSeq) return false;
    mayBeBehind = false;
    return true;
  }

  async function result(behind?: string): Promise<RunResult> {
    const { result: found } = await boundary(behind);
    if (options.throwOnFailure === true) requireSuccess(found);
    return found;
  }

  return {
    started,
    knownSessionId: () => sessionId,
    lastEventId: () => stream.lastEventId(),
    iterate: (wants) => feed.iterate(wants),
    wantText() {
      if (include.has('agent.message_delta')) return;
      include.add('agent.message_delta');
      // A connection that was opened without it is replaced.
      letGo();
    },
    result: () => feed.hold(() => result()),
    exchange(message) {
      const { timeoutMs, maxRetries, headers, signal } = options;
      const exchange = exchanges.then(() =>
        feed.hold(async () => {
          const id = await started();
          const { id: behind, isEnd } = await boundary();
          await postEvent(requester, id, message, { timeoutMs, maxRetries, headers, signal });
          return result(isEnd ? undefined : behind);
        }),
      );
      exchanges = exchange.catch(ignore);
      return exchange;
    },
    detach() {
      options.signal?.removeEventListener('abort', abort);
      feed.close();
    },
  };
}
