import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createInterruptDoorbell, INTERRUPTED } from '../../../activities/call-model/interrupt-doorbell.ts';
import { markWorkflowStarted } from '../../../db/queries/sessions-to-reconcile.ts';
import { createCallNews } from '../../../worker/call-news.ts';
import { createInboxBridge } from '../../../worker/inbox-bridge.ts';
import { listenForSessions } from '../../../worker/listen.ts';
import { until } from '../../support/until.ts';
import { type ApiUnderTest, newAgent, newSession, request, startApi } from '../api/fixture.ts';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

/** A session whose workflow counts as started. @returns its id */
async function startedSession(agentId: string): Promise<string> {
  const id = await newSession(api, agentId);
  await api.database.database.serviceTransaction((tx) => markWorkflowStarted(tx, id, 0));
  return id;
}

async function interrupt(sessionId: string): Promise<void> {
  const path = `/v1/sessions/${sessionId}/events`;
  expect((await request(api, 'POST', path, { type: 'user.interrupt' })).status).toBe(202);
}

test('[steering:mid-run:processed-at-next-boundary] an interrupt reaches the model call under way while Temporal hangs', async () => {
  const agentId = await newAgent(api);
  await interrupt(await startedSession(agentId));
  const temporal = new EventEmitter();
  const back = once(temporal, 'back');
  let unanswered = 0;
  const doorbell = createInterruptDoorbell();
  const db = api.database.service;
  const warn = () => undefined;
  const bridge = createInboxBridge({
    db,
    sessions: {
      async signalWake() {
        unanswered++;
        await back;
        return 'accepted';
      },
      freeFromItsWorker: async () => undefined,
    },
    isServedHere: () => true,
    reached: () => undefined,
    warn,
  });
  const callNews = createCallNews({ db, doorbell, deltas: { setWanted: () => undefined }, warn });
  const listener = listenForSessions({ watches: [], databaseUrl: api.database.serviceUrl, bridge, callNews, warn });
  try {
    await until('the scan to signal', () => unanswered === 1);
    await interrupt(await startedSession(agentId));
    await until('the notified loop to signal', () => unanswered === 2);
    const calling = await startedSession(agentId);
    const { signal } = doorbell.register({ sessionId: calling });
    const rung = once(signal, 'abort');
    await interrupt(calling);
    await rung;
    expect(signal.reason).toBe(INTERRUPTED);
  } finally {
    temporal.emit('back');
    await Promise.all([listener, bridge, callNews].map((each) => each.close()));
  }
});

test.each([
  { status: 'idle', servedHere: false, steps: ['freed', 'signalled'] },
  { status: 'idle', servedHere: true, steps: ['signalled'] },
  { status: 'running', servedHere: false, steps: ['signalled'] },
])(
  '[steering:wake:waits-for-no-dead-worker] a session that is $status, and was served here: $servedHere, is $steps',
  async ({ status, servedHere, steps }) => {
    const sessionId = await startedSession(await newAgent(api));
    const did: string[] = [];
    const bridge = createInboxBridge({
      db: api.database.service,
      sessions: {
        async signalWake(id) {
          if (id === sessionId) did.push('signalled');
          return 'accepted';
        },
        async freeFromItsWorker({ workflowId }) {
          if (workflowId === sessionId) did.push('freed');
          throw new Error('Temporal may refuse this, and the session is woken all the same.');
        },
      },
      isServedHere: () => servedHere,
      reached: () => undefined,
      warn: () => undefined,
    });
    if (status === 'idle') {
      await api.database.database.transaction(api.tenantId, (tx) =>
        tx.query('make-idle', `UPDATE session SET status = 'idle', idle_cause = 'awaiting_input' WHERE id = $1`, [
          sessionId,
        ]),
      );
    }
    await interrupt(sessionId);
    bridge.inboxAppended([sessionId]);
    await until('the session to be signalled', () => did.includes('signalled'));
    await bridge.close();
    expect(did).toEqual(steps);
  },
);
