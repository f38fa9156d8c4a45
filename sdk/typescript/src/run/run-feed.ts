import type { RunEvent } from '../events/run-event.ts';
import type { SessionStream } from '../events/session-stream.ts';

/** The latest events are kept for iterators that are behind, within these bounds. Older ones are asked for again. */
const MAX_KEPT_EVENTS = 512;
const MAX_KEPT_CHARACTERS = 256 * 1024;

export interface RunFeedDeps {
  readonly stream: SessionStream;
  /** A stream of its own for an iterator that needs events which are no longer kept. */
  openFrom(after: string | undefined): SessionStream;
  /** Where the stream begins. */
  readonly after: string | undefined;
  /** Lets go of the connection of `stream`. */
  letGo(): void;
  /** Sees every event once. */
  onEvent(event: RunEvent): void;
  /** The stream has ended, by an error where there is one. */
  onEnd(): void;
}

/** The events of a run for any number of readers, who share one connection. It is read only while one of them waits. */
export interface RunFeed {
  /** Every event that `wants` wants, from the first one on. */
  iterate(wants: (event: RunEvent) => boolean): AsyncIterableIterator<RunEvent, undefined>;
  /** Keeps the connection while `work` goes on, even where nobody else reads. */
  hold<T>(work: () => Promise<T>): Promise<T>;
  /** Reads on until `done` is true or nothing more comes. @throws what the stream failed with */
  readUntil(done: () => boolean): Promise<void>;
  hasReaders(): boolean;
  /** Ends every iterator as if nothing more came. */
  close(): void;
  /** Fails everybody who reads, at once. */
  fail(error: unknown): void;
}

const DONE = { done: true, value: undefined } as const;

export function createRunFeed({ stream, openFrom, after, letGo, onEvent, onEnd }: RunFeedDeps): RunFeed {
  const kept: { readonly event: RunEvent; readonly characters: number }[] = [];
  let keptCharacters = 0;
  /** How many events came before the first one that is kept. */
  let dropped = 0;
  let over = false;
  /** What the stream failed with. Readers get what is kept before they are told. */
  let failure: { readonly error: unknown } | undefined;
  /** What `fail` was given. */
  let failed: { readonly error: unknown } | undefined;
  /** Streams of iterators that are behind. */
  const others = new Set<SessionStream>();
  const iterators = new Set<() => void>();
  let reading: Promise<void> | undefined;
  let readers = 0;

  function keep(event: RunEvent): void {
    const characters = charactersOf(event);
    kept.push({ event, characters });
    keptCharacters += characters;
    // The newest is kept whatever its size, because somebody waits for it.
    while (kept.length > 1 && (kept.length > MAX_KEPT_EVENTS || keptCharacters > MAX_KEPT_CHARACTERS)) {
      keptCharacters -= kept.shift()?.characters ?? 0;
      dropped++;
    }
  }

  /** Reads one event for everybody. */
  function read(): Promise<void> {
    reading ??= stream
      .next()
      .then(
        (event) => {
          if (event === undefined) {
            over = true;
            return;
          }
          keep(event);
          onEvent(event);
          over = event.type === 'session.status_ended';
        },
        (error) => {
          // Whoever closed the feed has no use for an error.
          if (!over) failure ??= { error };
        },
      )
      .finally(() => {
        reading = undefined;
        if (over || failure !== undefined) onEnd();
      });
    return reading;
  }

  function leave(): void {
    readers--;
    // Nobody waits, so a connection would only be held. A later reader opens another one, behind the last event.
    if (readers === 0 && !over && failure === undefined) letGo();
  }

  function iterate(wants: (event: RunEvent) => boolean): AsyncIterableIterator<RunEvent, undefined> {
    let index = 0;
    let last = after;
    let own: SessionStream | undefined;
    let closed = false;
    let steps: Promise<unknown> = Promise.resolve();
    const waiting = new Set<(end: typeof DONE) => void>();
    readers++;

    function close(): void {
      if (closed) return;
      closed = true;
      iterators.delete(finish);
      if (own !== undefined) {
        others.delete(own);
        own.stop(undefined);
      }
      leave();
    }

    function finish(): void {
      close();
      for (const end of waiting) end(DONE);
    }

    /** The next event, wanted or not. */
    async function advance(): Promise<RunEvent | undefined> {
      for (;;) {
        if (failed !== undefined) throw failed.error;
        if (own !== undefined) return own.next();
        if (index < dropped) {
          own = openFrom(last);
          others.add(own);
          continue;
        }
        const event = kept[index - dropped]?.event;
        if (event !== undefined) {
          index++;
          return event;
        }
        if (over) return undefined;
        if (failure !== undefined) throw failure.error;
        await read();
        if (closed) return undefined;
      }
    }

    async function step(): Promise<IteratorResult<RunEvent, undefined>> {
      try {
        while (!closed) {
          const event = await advance();
          if (event === undefined) break;
          if (event.id !== '') last = event.id;
          if (wants(event)) return { done: false, value: event };
        }
      } catch (error) {
        if (!closed) {
          close();
          throw error;
        }
      }
      close();
      return DONE;
    }

    iterators.add(finish);
    return {
      next() {
        if (closed) return Promise.resolve(DONE);
        return new Promise((resolve, reject) => {
          waiting.add(resolve);
          steps = steps
            .then(step)
            .then(resolve, reject)
            .finally(() => waiting.delete(resolve));
        });
      },
      /** Ends this iterator alone, also in the middle of a wait. */
      return() {
        finish();
        return Promise.resolve(DONE);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  return {
    iterate,
    async hold(work) {
      readers++;
      try {
        return await work();
      } finally {
        leave();
      }
    },
    async readUntil(done) {
      while (!done() && !over && failure === undefined) await read();
      if (!done() && failure !== undefined) throw failure.error;
    },
    hasReaders: () => readers > 0 && !over && failure === undefined,
    close() {
      over = true;
      stream.stop(undefined);
      for (const finish of [...iterators]) finish();
    },
    fail(error) {
      failed ??= { error };
      failure ??= { error };
      for (const each of [stream, ...others]) each.stop(error);
    },
  };
}

/** About how much memory an event takes. Only texts can be large. */
function charactersOf(event: RunEvent): number {
  switch (event.type) {
    case 'agent.message':
    case 'agent.message_delta':
    case 'session.compacted':
      return event.data.text?.length ?? 0;
    default:
      return JSON.stringify(event.data).length;
  }
}
