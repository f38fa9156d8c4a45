import { expect, test } from 'vitest';
import type { FeedPage, SessionFeed } from '../../../api/session-feed.ts';
import { createTailReads } from '../../../api/tail-reads.ts';
import type { Database, Tx } from '../../../db/database.ts';

const tx: Tx = { tenantId: 't', query: async () => [], send: () => undefined, report: () => undefined };
const db: Database = {
  transaction: (_, work) => work(tx),
  serviceTransaction: (work) => work(tx),
  reachable: async () => true,
  close: async () => undefined,
};

/** A feed whose followers take `busyMs` to be served. */
function feedOf(tenantId: string, sessionId: string, busyMs: number, taken: (page: FeedPage) => void): SessionFeed {
  return {
    tenantId,
    sessionId,
    readAtMs: 0,
    followers: () => 1,
    wantsDeltas: () => false,
    add: () => ({ resume: () => false, leave: () => undefined }),
    nextRead: () => ({ sessionId, afterSeq: 0, deltas: undefined, summaries: false }),
    take(page) {
      const untilMs = performance.now() + busyMs;
      while (performance.now() < untilMs);
      taken(page);
      return false;
    },
    tick: () => undefined,
    keyIds: () => [],
    endOfKeys: () => undefined,
    end: () => undefined,
  };
}

test('[tenant:shares:floor-nobody-takes] the streams of a tenant with many followers leave room for those of another', async () => {
  const reads = createTailReads({ db, warn: () => undefined });
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    const taken = (tenantId: string) => () => {
      if (order.push(tenantId) === 21) resolve();
    };
    for (let i = 0; i < 20; i++) reads.look(feedOf('many', `many-${i}`, 5, taken('many')));
    reads.look(feedOf('quiet', 'quiet', 0, taken('quiet')));
  });
  await reads.close();
  expect(order.indexOf('quiet')).toBeLessThan(10);
});
