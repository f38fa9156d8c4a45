import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStageShares } from '../../../worker/create-stage-shares.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const SESSIONS = 300;
const AGENTS = 3;
const LATENCY_MS = 1_000;
/** The time that a session goes on before its model is called, and after it has answered. */
const BEFORE_CALL_MS = 30;
const AFTER_CALL_MS = 60;
const RUN_MS = 30_000;
/** Without a bound, 225 would wait: all that have a slot. */
const FEW = 64;

/** Runs sessions with the shares of one worker, as the stages of their turns use them. */
function sessionsOfWorker() {
  const wakeUps = new Map<string, () => void>();
  const { modelCalls, turns } = createStageShares({
    environment: { modelCallsAtOnce: 400, toolCallsAtOnce: 300 },
    sessions: {
      async signalWake(sessionId) {
        wakeUps.get(sessionId)?.();
        return 'accepted';
      },
    },
    meter: { hold: () => () => undefined },
    weightOf: () => 1,
    nowMs: Date.now,
  });
  const turnsOf = new Map<string, number>();
  let waiting = 0;
  let mostWaiting = 0;

  async function pause(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** Waits for a turn, in an activity. */
  async function enter(session: { tenantId: string; sessionId: string; agentId: string }): Promise<void> {
    waiting += 1;
    mostWaiting = Math.max(mostWaiting, waiting);
    await turns.enter(session);
    waiting -= 1;
  }

  async function run(tenantId: string, sessionId: string, agentId: string, latencyMs: number): Promise<void> {
    const session = { tenantId, sessionId, agentId };
    const call = { key: sessionId, tenantId, sessionId, part: agentId };
    for (;;) {
      const slot = modelCalls.admit(call) ? modelCalls.begin(call) : undefined;
      if (slot === undefined) {
        turns.leave(sessionId);
        await Promise.race([new Promise<void>((wake) => wakeUps.set(sessionId, wake)), pause(modelCalls.lookMs)]);
        continue;
      }
      await enter(session);
      await pause(BEFORE_CALL_MS);
      turns.leave(sessionId);
      await pause(latencyMs);
      await enter(session);
      slot();
      await pause(AFTER_CALL_MS);
      turnsOf.set(sessionId, (turnsOf.get(sessionId) ?? 0) + 1);
    }
  }
  return { run, turnsOf, mostWaiting: () => mostWaiting };
}

test('[tenant:shares:crowd-waits-in-workflows] few of many busy sessions hold an activity while they wait, and every session has its turns', async () => {
  const { run, turnsOf, mostWaiting } = sessionsOfWorker();
  void run('quiet', 'quiet', 'agent', 0);
  for (let i = 0; i < SESSIONS; i++) void run('busy', `busy-${i}`, `agent-${i % AGENTS}`, LATENCY_MS);
  await vi.advanceTimersByTimeAsync(RUN_MS);
  expect(mostWaiting()).toBeLessThan(FEW);
  expect(turnsOf.size).toBe(SESSIONS + 1);
});
