import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTurnsAtOnce } from '../../../activities/shares/turns-at-once.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const PLACES = 8;
const BESIDE_OTHERS = 2;
const BESIDE_TURNS = 1;
/** What one agent of a tenant alone can have. */
const ALONE = 5;

/** Has sessions enter, and keeps the names of those who are in. */
function turnsOf() {
  const turns = createTurnsAtOnce({
    places: PLACES,
    besideOthers: BESIDE_OTHERS,
    besideTurns: BESIDE_TURNS,
    nowMs: Date.now,
  });
  const inside = new Set<string>();
  let made = 0;
  return {
    turns,
    inside,
    async enter(tenantId: string, count: number) {
      for (let i = 0; i < count; i++) {
        const sessionId = `${tenantId}-${made++}`;
        void turns.enter({ tenantId, sessionId }).then(() => inside.add(sessionId));
      }
      await vi.advanceTimersByTimeAsync(0);
    },
    leave(sessionId: string) {
      turns.leave(sessionId);
      inside.delete(sessionId);
    },
  };
}

test('[tenant:shares:turns-beside-others] a tenant alone has all turns but the reserve, and beside another one only a few', async () => {
  const { inside, enter, leave } = turnsOf();
  await enter('busy', 20);
  expect(inside.size).toBe(ALONE);
  await enter('quiet', 1);
  expect(inside.has('quiet-20')).toBe(true);
  const of = (tenantId: string) => [...inside].filter((sessionId) => sessionId.startsWith(tenantId));
  for (const sessionId of of('busy')) leave(sessionId);
  await vi.advanceTimersByTimeAsync(0);
  expect(of('busy')).toHaveLength(BESIDE_TURNS);
  leave('quiet-20');
  for (const sessionId of of('busy')) leave(sessionId);
  await vi.advanceTimersByTimeAsync(0);
  expect(of('busy')).toHaveLength(BESIDE_OTHERS);
});

test('[tenant:shares:turns-beside-others] a tenant that was not seen for a while leaves its turns to the others', async () => {
  const { inside, enter, leave } = turnsOf();
  await enter('quiet', 1);
  await enter('busy', 20);
  expect(inside.size).toBe(1 + BESIDE_TURNS);
  leave('quiet-0');
  await vi.advanceTimersByTimeAsync(12_000);
  await enter('busy', 1);
  expect(inside.size).toBeGreaterThan(BESIDE_OTHERS);
});

test('[tenant:shares:turns-beside-others] a session that goes on elsewhere loses its turn, and one that works keeps it', async () => {
  const { turns, inside, enter } = turnsOf();
  await enter('busy', ALONE + 1);
  expect(inside.size).toBe(ALONE);
  const working = 'busy-0';
  for (let i = 0; i < 4; i++) {
    await vi.advanceTimersByTimeAsync(1_000);
    turns.touch(working);
  }
  expect(inside.has('busy-5')).toBe(true);
  await enter('busy', 3);
  expect(inside.has('busy-8')).toBe(true);
  await enter('busy', 1);
  expect(inside.has('busy-9')).toBe(false);
});

test('[tenant:shares:turns-beside-others] who may not wait any longer goes on without a turn, and no session takes two', async () => {
  const { turns, inside, enter } = turnsOf();
  await enter('busy', ALONE);
  const hurry = new AbortController();
  const late = turns.enter({ tenantId: 'busy', sessionId: 'late' }, hurry.signal);
  hurry.abort();
  await late;
  await Promise.all([1, 2, 3].map(() => turns.enter({ tenantId: 'busy', sessionId: 'busy-0' })));
  expect(inside.size).toBe(ALONE);
});
