import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertAttempt, type ModelAttempt, markClosed } from '../../../db/queries/model-attempt.ts';
import { lockSession } from '../../../db/queries/session.ts';
import { dropDeltas, writeDeltas } from '../../../db/queries/text-delta.ts';
import { openDeltaStream } from '../../support/delta-stream.ts';
import { until } from '../../support/until.ts';
import { type ApiUnderTest, end, newAgent, newSession, startApi } from './fixture.ts';

let api: ApiUnderTest;
let agentId: string;
beforeAll(async () => {
  api = await startApi();
  agentId = await newAgent(api);
});
afterAll(() => api.stop());

const eventsOf = (sessionId: string) => `/v1/sessions/${sessionId}/events`;

const ASKED = 'SELECT 1 FROM session WHERE id = $1 AND deltas_wanted_until IS NOT NULL';
const LEFT = 'SELECT 1 FROM text_delta WHERE session_id = $1';

async function count(name: string, text: string, sessionId: string): Promise<number> {
  const rows = await api.database.database.serviceTransaction((tx) => tx.query(name, text, [sessionId]));
  return rows.length;
}

/** A session with an attempt under way. The test writes its rows, as a worker would. */
async function attemptUnderWay() {
  const sessionId = await newSession(api, agentId);
  const { database } = api.database;
  const ref: Omit<ModelAttempt, 'chargedNano' | 'excessNano'> = {
    turn: 0,
    selection: 0,
    attempt: 1,
    agentId,
    provider: 'p',
    model: 'm',
    dayAccount: 'day',
    state: 'dispatched',
    reservedNano: 1n,
  };
  await database.transaction(api.tenantId, async (tx) => insertAttempt(tx, sessionId, ref));
  return {
    sessionId,
    /** @returns the sessions for which something was written */
    async write(
      start: number,
      text: string,
      { notify = true, beforeCommit = async () => {} }: { notify?: boolean; beforeCommit?: () => Promise<void> } = {},
    ): Promise<string[]> {
      const piece = { sessionId, turn: 0, selection: 0, selectionAttempt: 1, attempt: 1, afterSeq: 1 };
      const written = await database.transaction(api.tenantId, async (tx) => {
        const sessions = await writeDeltas(tx, [{ ...piece, start, end: start + text.length, text }]);
        await beforeCommit();
        return sessions;
      });
      if (notify) api.notifier.deltasWritten(sessionId);
      return written;
    },
    async close(beforeCommit = async () => {}): Promise<void> {
      await database.transaction(api.tenantId, async (tx) => {
        const session = await lockSession(tx, sessionId);
        if (session === undefined) throw new Error('The session is gone.');
        const attempt = { ...ref, chargedNano: 0n, excessNano: 0n };
        markClosed(tx, sessionId, attempt, { state: 'released', chargedNano: 0n, excessNano: 0n });
        dropDeltas(tx, session);
        // Both statements were only sent. An awaited one makes sure that they are done.
        await tx.query('test-done', 'SELECT 1');
        await beforeCommit();
      });
    },
  };
}

test('[delta:text:pieces-are-the-message] a piece that is written again with more text is shown once, and a poll makes up for a lost notification', async () => {
  const answer = await attemptUnderWay();
  const stream = await openDeltaStream(api, eventsOf(answer.sessionId));
  await answer.write(0, 'Kites ');
  await stream.untilShown(0, (text) => text === 'Kites ');
  await answer.write(0, 'Kites need ', { notify: false });
  await stream.untilShown(0, (text) => text === 'Kites need ');
  await answer.write(11, 'wind.');
  await stream.untilShown(0, (text) => text === 'Kites need wind.');
  expect(stream.deltas().map((delta) => delta.id)).toEqual(['1.1.6', '1.1.11', '1.1.16']);
  stream.leave();
});

test('[delta:storage:gone-with-its-answer] a closed attempt gets no more deltas, and its deltas are deleted', async () => {
  const answer = await attemptUnderWay();
  const stream = await openDeltaStream(api, eventsOf(answer.sessionId));
  await until('the stream to ask', async () => (await count('test-asked', ASKED, answer.sessionId)) === 1);
  expect(await answer.write(0, 'Kites')).toEqual([answer.sessionId]);
  await answer.close();
  expect(await answer.write(5, ' fly')).toEqual([]);
  expect(await count('test-left', LEFT, answer.sessionId)).toBe(0);
  stream.leave();
});

test('[delta:storage:gone-with-its-answer] a delta that is written while its attempt is being closed comes before the end or not at all', async () => {
  const answer = await attemptUnderWay();
  const stream = await openDeltaStream(api, eventsOf(answer.sessionId));
  await until('the stream to ask', async () => (await count('test-asked', ASKED, answer.sessionId)) === 1);
  // The attempt is closed while a write is under way. Closing waits for the write and deletes what it wrote.
  let closing: Promise<void> = Promise.resolve();
  const written = await answer.write(0, 'Kites', {
    async beforeCommit() {
      closing = answer.close(async () => {
        // This write comes while closing is under way. It does not wait, and writes nothing.
        expect(await answer.write(5, ' fly')).toEqual([]);
      });
      await until('closing to wait for the write', async () => {
        const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%UPDATE model_attempt%' AND $1 <> ''`;
        return (await count('test-waiting', waiting, answer.sessionId)) > 0;
      });
    },
  });
  expect(written).toEqual([answer.sessionId]);
  await closing;
  expect(await count('test-left', LEFT, answer.sessionId)).toBe(0);
  stream.leave();
});

test('[delta:log:no-seq-and-only-on-request] a filter of types applies to the log and not to the deltas', async () => {
  const answer = await attemptUnderWay();
  const path = `${eventsOf(answer.sessionId)}?types=session.status_ended`;
  const stream = await openDeltaStream(api, path);
  await answer.write(0, 'Kites');
  await stream.untilShown(0, (text) => text === 'Kites');
  await answer.close();
  await end(api, answer.sessionId);
  await stream.closed;
  expect(stream.events.map((event) => event.event)).toEqual(['agent.message_delta', 'session.status_ended']);
});
