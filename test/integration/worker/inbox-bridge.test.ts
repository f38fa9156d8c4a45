import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createInterruptDoorbell, INTERRUPTED } from '../../../activities/call-model/interrupt-doorbell.ts';
import { markWorkflowStarted } from '../../../db/queries/session-sweep.ts';
import { createInboxBridge } from '../../../worker/inbox-bridge.ts';
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
  await api.database.database.serviceTransaction((tx) => markWorkflowStarted(tx, id));
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
  const bridge = createInboxBridge({
    db: api.database.service,
    databaseUrl: api.database.serviceUrl,
    sessions: {
      async signalWake() {
        unanswered++;
        await back;
        return 'accepted';
      },
    },
    doorbell,
    deltas: { setWanted: () => undefined },
    reached: () => undefined,
    warn: () => undefined,
  });
  try {
    await until('the scan to signal', () => unanswered === 1);
    await interrupt(await startedSession(agentId));
    await until('the one who was notified to signal', () => unanswered === 2);
    const calling = await startedSession(agentId);
    const { signal } = doorbell.register(calling);
    const rung = once(signal, 'abort');
    await interrupt(calling);
    await rung;
    expect(signal.reason).toBe(INTERRUPTED);
  } finally {
    temporal.emit('back');
    await bridge.close();
  }
});
