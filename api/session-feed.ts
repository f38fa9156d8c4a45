import type { CompactionEvent } from '../db/queries/compaction-event.ts';
import type { TailedEvent } from '../db/queries/session-read.ts';
import type { DeltaPosition, DeltaRead } from '../db/queries/text-delta.ts';
import type { Report } from '../processes/log-line.ts';
import { secondsOf } from '../telemetry/seconds.ts';
import { type AnswerUnderWay, afterRead, nextDelta, restOfMessage, type ShownText } from './answer-under-way.ts';
import { compactionFrameOf, deltaFrameOf, frameOf } from './event-frame.ts';
import type { FollowedLog, LogReader } from './log-reader.ts';

/** The read that a feed asks for, on behalf of those followers that have room. */
export interface FeedRead {
  readonly sessionId: string;
  readonly afterSeq: number;
  /** The position from which the text of the answer under way is read. Undefined: nobody asks for text. */
  readonly deltas: { readonly position: DeltaPosition | undefined } | undefined;
  /** True when somebody asks for summaries. */
  readonly summaries: boolean;
}

/** The rows that were read for a feed. `deltas` and `summaries` must have been read after the events. */
export interface FeedPage {
  readonly events: readonly TailedEvent[];
  /** An answer whose text is found was then not stored when the events were read: no text is delivered behind its message. */
  readonly deltas?: DeltaRead | undefined;
  /** Each summary that stands in front of one of the events is then among them. */
  readonly summaries?: readonly CompactionEvent[] | undefined;
  /** True when there may be more events to read already. */
  readonly isFull: boolean;
}

/** All followers of the log of one session in this process. */
export interface SessionFeed {
  readonly tenantId: string;
  readonly sessionId: string;
  readonly readAtMs: number;
  followers(): number;
  wantsDeltas(): boolean;
  add(log: FollowedLog, reader: LogReader): Membership;
  /** Says what to read next. Undefined: no follower has room. */
  nextRead(): FeedRead | undefined;
  /**
   * Delivers what was read: first the events, each behind the summaries that stand in front of it, then the new text of the
   * answer under way.
   * @returns true when there may be more to read already
   */
  take(page: FeedPage): boolean;
  /** Sends a heartbeat to followers that were sent nothing for a while, and drops those without room for too long. */
  tick(nowMs: number): void;
  keyIds(): string[];
  /** Ends the streams that were opened with one of these keys. */
  endOfKeys(keyIds: ReadonlySet<string>): void;
  end(): void;
}

export interface Membership {
  /** Says that the reader has room again. @returns true when the reader was passed over because it had none */
  resume(): boolean;
  leave(): void;
}

interface Follower {
  readonly reader: LogReader;
  readonly keyId: string;
  readonly keyExpiresAt: Date | null;
  readonly requestId: string;
  readonly types: ReadonlySet<string> | undefined;
  cursor: number;
  /** Undefined: the follower asks for no text deltas. */
  shown: ShownText | undefined;
  /** The number of the last summary that it has. Undefined: it asks for no summaries. */
  summaries: number | undefined;
  /** Since when the follower has had no room. Undefined: it has room. */
  fullSinceMs: number | undefined;
  deliveredAtMs: number;
}

const HEARTBEAT_MS = 15_000;
const SLOW_READER_MS = 30_000;
/**
 * A reader is asked again whether it has room after so many bytes. At most so much waits for it beyond its own limit.
 */
const DELIVERY_BYTES = 64 * 1024;

export interface SessionFeedDeps {
  /** A reader without room for so long is dropped. */
  readonly slowReaderMs?: number | undefined;
  readonly report: Report;
  /** Takes how long an event was on its way that a stream was given live. Absent: nobody asks. */
  readonly delivered?: ((seconds: number) => void) | undefined;
}

export function createSessionFeed(
  tenantId: string,
  sessionId: string,
  { slowReaderMs = SLOW_READER_MS, report, delivered }: SessionFeedDeps,
): SessionFeed {
  const followers = new Set<Follower>();
  let answer: AnswerUnderWay | undefined;
  let readAtMs = 0;
  let joinedAtMs = 0;

  function hasRoom(follower: Follower): boolean {
    if (follower.reader.wantsMore()) return true;
    follower.fullSinceMs ??= Date.now();
    return false;
  }

  /** Delivers the events that a follower does not have yet, as far as it has room, and moves its cursor. */
  function deliverEvents(
    follower: Follower,
    events: readonly TailedEvent[],
    frames: readonly Uint8Array[],
    summaries: readonly CompactionEvent[],
  ): void {
    let next = events.findIndex((event) => event.seq === follower.cursor + 1);
    while (next !== -1 && next < events.length && hasRoom(follower)) {
      const wanted: Uint8Array[] = [];
      for (let bytes = 0; bytes < DELIVERY_BYTES && next < events.length; next++) {
        const [event, frame] = [events[next], frames[next]];
        if (event === undefined || frame === undefined) break;
        const rest = event.type === 'agent.message' ? restFrame(follower, event) : undefined;
        // The id of a summary says nothing about a text, so it comes behind all of the text before the event.
        const inFront = [...(rest === undefined ? [] : [rest]), ...summaryFrames(follower, summaries)];
        follower.cursor = event.seq;
        wanted.push(...inFront);
        if (follower.types?.has(event.type) !== false) wanted.push(frame);
        bytes += inFront.reduce((sum, { length }) => sum + length, frame.length);
      }
      deliver(follower, wanted);
    }
  }

  function deliver(follower: Follower, frames: readonly Uint8Array[]): void {
    const [first] = frames;
    if (first === undefined) return;
    follower.deliveredAtMs = readAtMs;
    follower.reader.deliver(frames.length === 1 ? first : Buffer.concat(frames));
  }

  /** The summaries that stand between the last event of a follower and the next. */
  function summaryFrames(follower: Follower, summaries: readonly CompactionEvent[]): Uint8Array[] {
    const { cursor, summaries: known } = follower;
    if (known === undefined) return [];
    const next = summaries.filter(({ afterSeq, number }) => afterSeq === cursor && number > known);
    follower.summaries = next.at(-1)?.number ?? known;
    return next.map(compactionFrameOf);
  }

  function reportCut({ requestId, keyId }: Follower, cause: string, durationMs?: number): void {
    const about = { tenant_id: tenantId, session_id: sessionId, request_id: requestId, key_id: keyId };
    report({ event: 'stream_cut', ...about, cause, duration_ms: durationMs });
  }

  function endForKey(follower: Follower): void {
    followers.delete(follower);
    reportCut(follower, 'key_not_valid');
    follower.reader.end();
  }

  function restFrame(follower: Follower, event: TailedEvent): Uint8Array | undefined {
    if (answer === undefined || follower.shown === undefined || follower.shown.offset === 0) return undefined;
    // The event is our own, so its type says what its data is.
    const message = JSON.parse(event.data) as { turnIndex: number; text: string };
    const delta = restOfMessage(answer, follower.shown, message);
    return delta === undefined ? undefined : deltaFrameOf(follower.cursor, delta);
  }

  function textFrame(follower: Follower): Uint8Array | undefined {
    const { shown, cursor } = follower;
    // A follower that lacks events before the answer gets the text later.
    if (answer === undefined || shown === undefined || cursor < answer.afterSeq) return undefined;
    const delta = nextDelta(answer, shown);
    if (delta === undefined) return undefined;
    const { attempt, offset, text } = delta.data;
    follower.shown = { seq: cursor, attempt, offset: offset + text.length };
    return deltaFrameOf(cursor, delta);
  }

  return {
    tenantId,
    sessionId,
    get readAtMs() {
      return readAtMs;
    },
    followers: () => followers.size,
    wantsDeltas: () => [...followers].some((follower) => follower.shown !== undefined),
    add({ keyId, keyExpiresAt, requestId, afterSeq, types, deltas, summaries }, reader) {
      const follower: Follower = {
        reader,
        keyId,
        keyExpiresAt,
        requestId,
        types: types === null ? undefined : new Set(types),
        cursor: afterSeq,
        shown: deltas === null ? undefined : { seq: afterSeq, ...deltas },
        summaries: summaries ?? undefined,
        fullSinceMs: undefined,
        deliveredAtMs: Date.now(),
      };
      followers.add(follower);
      joinedAtMs = follower.deliveredAtMs;
      return {
        resume() {
          const wasFull = follower.fullSinceMs !== undefined;
          follower.fullSinceMs = undefined;
          return wasFull;
        },
        leave: () => followers.delete(follower),
      };
    },
    nextRead() {
      const hungry = [...followers].filter(hasRoom);
      if (hungry.length === 0) return undefined;
      const afterSeq = Math.min(...hungry.map((follower) => follower.cursor));
      const deltas = hungry.some((follower) => follower.shown !== undefined) ? { position: answer } : undefined;
      return { sessionId, afterSeq, deltas, summaries: hungry.some((follower) => follower.summaries !== undefined) };
    },
    take({ events, deltas, summaries = [], isFull }) {
      readAtMs = Date.now();
      const frames = events.map((event) => frameOf(event));
      const ended = events.at(-1)?.type === 'session.status_ended';
      const ready = [...followers].filter(hasRoom);
      for (const follower of ready) deliverEvents(follower, events, frames, summaries);
      // What happened before a reader came is history to it, and says nothing about how long events are on their way.
      const live = events.filter(({ ageMs }) => ready.length > 0 && ageMs < readAtMs - joinedAtMs);
      for (const { ageMs } of live) delivered?.(secondsOf(ageMs));
      answer = afterRead(answer, deltas);
      for (const follower of ready) {
        const text = hasRoom(follower) ? textFrame(follower) : undefined;
        if (text !== undefined) deliver(follower, [text]);
        if (ended && follower.cursor === events.at(-1)?.seq) {
          followers.delete(follower);
          follower.reader.end();
        }
      }
      const { afterSeq = 0 } = answer ?? {};
      return isFull || ready.some((follower) => follower.shown !== undefined && follower.cursor < afterSeq);
    },
    tick(nowMs) {
      for (const follower of followers) {
        if (follower.keyExpiresAt !== null && follower.keyExpiresAt.getTime() <= nowMs) endForKey(follower);
        else if (follower.fullSinceMs !== undefined && nowMs - follower.fullSinceMs > slowReaderMs) {
          followers.delete(follower);
          reportCut(follower, 'slow_reader', nowMs - follower.fullSinceMs);
          follower.reader.drop();
        } else if (nowMs - follower.deliveredAtMs >= HEARTBEAT_MS && follower.reader.wantsMore()) {
          follower.deliveredAtMs = nowMs;
          follower.reader.heartbeat();
        }
      }
    },
    keyIds: () => [...followers].map((follower) => follower.keyId),
    endOfKeys(keyIds) {
      for (const follower of followers) {
        if (keyIds.has(follower.keyId)) endForKey(follower);
      }
    },
    end() {
      for (const follower of followers) follower.reader.end();
      followers.clear();
    },
  };
}
