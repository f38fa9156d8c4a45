import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSessionFeed, type SessionFeed } from '../../../api/session-feed.ts';
import type { TailedEvent } from '../../../db/queries/session-read.ts';
import type { DeltaRead } from '../../../db/queries/text-delta.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A follower of the feed. `ids` are those of the frames that it got. */
function join(
  feed: SessionFeed,
  afterSeq: number,
  deltas: { attempt: number; offset: number } | null,
  summaries: number | null = null,
  keyExpiresAt: Date | null = null,
) {
  const ids: string[] = [];
  const state = { room: true, dropped: false, ended: false };
  const membership = feed.add(
    {
      ...{ tenantId: 't', keyId: 'k', keyExpiresAt, requestId: 'r', sessionId: 's', afterSeq, types: null },
      ...{ deltas, summaries },
    },
    {
      wantsMore: () => state.room,
      deliver: (frames) =>
        ids.push(...[...new TextDecoder().decode(frames).matchAll(/^id: (.*)$/gm)].map(([, id = '']) => id)),
      heartbeat: () => ids.push('heartbeat'),
      end: () => {
        state.ended = true;
      },
      drop: () => {
        state.dropped = true;
      },
    },
  );
  return { ids, state, membership };
}

function event(seq: number, type = 'br.model_selected', data: object = {}): TailedEvent {
  return { sessionId: 's', seq, type, data: JSON.stringify(data), ageMs: 1 };
}

function text(afterSeq: number, start: number, value: string): DeltaRead {
  return {
    sessionId: 's',
    turn: 0,
    attempt: 1,
    afterSeq,
    provider: 'p',
    model: 'm',
    start,
    text: value,
    pieceStart: start,
  };
}

const NOTHING = { attempt: 0, offset: 0 };

test('[delta:text:pieces-are-the-message] a follower gets the text of an answer only after the events before it', () => {
  const feed = createSessionFeed('t', 's', { report: () => undefined });
  const { ids } = join(feed, 0, NOTHING);
  expect(feed.take({ events: [event(1)], deltas: text(2, 0, 'Kites'), isFull: false })).toBe(true);
  expect(ids).toEqual(['1']);
  expect(feed.take({ events: [event(2)], deltas: text(2, 0, 'Kites'), isFull: false })).toBe(false);
  expect(ids).toEqual(['1', '2', '2.1.5']);
});

test('[delta:text:pieces-are-the-message] the rest of an answer is sent right before its message', () => {
  const feed = createSessionFeed('t', 's', { report: () => undefined });
  const { ids } = join(feed, 1, NOTHING);
  feed.take({ events: [event(2)], deltas: text(2, 0, 'Kites'), isFull: false });
  feed.take({
    events: [event(3, 'agent.message', { turnIndex: 0, text: 'Kites fly' }), event(4)],
    deltas: undefined,
    isFull: false,
  });
  expect(ids).toEqual(['2', '2.1.5', '2.1.9', '3', '4']);
});

test('[delta:log:no-seq-and-only-on-request] a follower that did not ask gets no deltas, and none are read for it', () => {
  const feed = createSessionFeed('t', 's', { report: () => undefined });
  const { ids } = join(feed, 0, null);
  expect(feed.nextRead()).toEqual({ sessionId: 's', afterSeq: 0, deltas: undefined, summaries: false });
  join(feed, 0, NOTHING);
  feed.take({ events: [event(1)], deltas: text(1, 0, 'Kites'), isFull: false });
  expect(ids).toEqual(['1']);
});

const summary = (afterSeq: number, number: number) => ({ afterSeq, number, data: '{}' });

test('[compaction:event:right-in-front-of-the-next] a follower that asks for summaries gets each right in front of the event that came next, and others get none', () => {
  const feed = createSessionFeed('t', 's', { report: () => undefined });
  const asks = join(feed, 0, null, 0);
  const resumed = join(feed, 1, null, 1);
  const other = join(feed, 0, null);
  expect(feed.nextRead()).toMatchObject({ afterSeq: 0, summaries: true });
  const summaries = [summary(1, 1), summary(1, 2), summary(3, 3)];
  feed.take({ events: [event(1), event(2), event(3)], summaries, isFull: false });
  expect(asks.ids).toEqual(['1', '1.0.1', '1.0.2', '2', '3']);
  expect(resumed.ids).toEqual(['1.0.2', '2', '3']);
  feed.take({ events: [event(4)], summaries: [summary(3, 3)], isFull: false });
  expect(asks.ids.slice(5)).toEqual(['3.0.3', '4']);
  expect(other.ids).toEqual(['1', '2', '3', '4']);
});

test('[compaction:event:right-in-front-of-the-next] a summary that is stored in mid-answer comes behind all of the text and in front of the message', () => {
  const feed = createSessionFeed('t', 's', { report: () => undefined });
  const { ids } = join(feed, 1, NOTHING, 0);
  feed.take({ events: [event(2)], deltas: text(2, 0, 'Kites'), isFull: false });
  feed.take({ events: [], deltas: text(2, 0, 'Kites need '), summaries: [summary(2, 1)], isFull: false });
  const message = event(3, 'agent.message', { turnIndex: 0, text: 'Kites need wind.' });
  feed.take({ events: [message], summaries: [summary(2, 1)], isFull: false });
  expect(ids).toEqual(['2', '2.1.5', '2.1.11', '2.1.16', '2.0.1', '3']);
});

test('[delta:resume:mid-answer-at-any-api] a follower without room gets nothing, later all that it lacks, and is dropped if it stays without room', () => {
  const feed = createSessionFeed('t', 's', { report: () => undefined });
  const slow = join(feed, 0, NOTHING);
  const quick = join(feed, 0, NOTHING);
  feed.take({ events: [event(1)], deltas: text(1, 0, 'Kites'), isFull: false });
  slow.state.room = false;
  feed.take({ events: [], deltas: text(1, 0, 'Kites need '), isFull: false });
  feed.take({ events: [], deltas: text(1, 0, 'Kites need wind.'), isFull: false });
  expect(slow.ids).toEqual(['1', '1.1.5']);
  expect(quick.ids).toEqual(['1', '1.1.5', '1.1.11', '1.1.16']);
  slow.state.room = true;
  expect(slow.membership.resume()).toBe(true);
  feed.take({ events: [], deltas: text(1, 0, 'Kites need wind.'), isFull: false });
  expect(slow.ids).toEqual(['1', '1.1.5', '1.1.16']);

  slow.state.room = false;
  feed.take({ events: [], deltas: text(1, 0, 'Kites need wind. And string.'), isFull: false });
  feed.tick(Date.now() + 31_000);
  expect([slow.state.dropped, quick.state.dropped]).toEqual([true, false]);
  expect(feed.followers()).toBe(1);
});

test('[delta:resume:mid-answer-at-any-api] a follower that had no room while an answer was stored gets the message and no stale text', () => {
  const feed = createSessionFeed('t', 's', { report: () => undefined });
  const slow = join(feed, 0, NOTHING);
  slow.state.room = false;
  const message = event(2, 'agent.message', { turnIndex: 0, text: 'Kites fly' });
  join(feed, 0, null);
  feed.take({ events: [event(1)], deltas: text(1, 0, 'Kites'), isFull: false });
  feed.take({ events: [message], deltas: undefined, isFull: false });
  slow.state.room = true;
  slow.membership.resume();
  feed.take({ events: [event(1), message, event(3, 'session.status_ended')], deltas: undefined, isFull: false });
  expect(slow.ids).toEqual(['1', '2', '3']);
  expect(slow.state.ended).toBe(true);
});

test('[api:key:required-and-kept-as-hash] a stream ends when its key expires, and streams of other keys go on', () => {
  const feed = createSessionFeed('t', 's', { report: () => undefined });
  const short = join(feed, 0, null, null, new Date(1_000_500));
  const long = join(feed, 0, null);
  feed.tick(1_000_499);
  expect(short.state.ended).toBe(false);
  feed.tick(1_000_500);
  expect([short.state.ended, long.state.ended]).toEqual([true, false]);
});
