import { describe, expect, test, vi } from 'vitest';
import { createConnectionPool, type PooledConnection } from '../../../../mcp/connections/connection-pool.ts';

class FakeConnection implements PooledConnection {
  closed = false;
  #listeners: (() => void)[] = [];
  onClosed(listener: () => void): void {
    this.#listeners.push(listener);
  }
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    for (const listener of this.#listeners) listener();
  }
}

const never = new AbortController().signal;
/** The place of a connection, of one tenant unless it says which. */
const place = (key: string, tenantId = 'ten_a') => ({ key, tenantId });
const open = async () => new FakeConnection();

function createPool(options: Partial<{ maxConnections: number; maxPerTenant: number; idleCloseMs: number }> = {}) {
  return createConnectionPool<FakeConnection>({
    maxConnections: 2,
    maxPerTenant: 100,
    idleCloseMs: 1_000_000,
    ...options,
  });
}

describe('the connection pool', () => {
  test('opens one connection for all callers that ask at once, and keeps it', async () => {
    const pool = createPool();
    const opened = vi.fn(open);
    const [first, second] = await Promise.all([
      pool.lease(place('a'), opened, never),
      pool.lease(place('a'), opened, never),
    ]);
    expect(first.connection).toBe(second.connection);
    expect([first.fresh, second.fresh]).toEqual([true, false]);
    first.release();
    second.release();
    expect((await pool.lease(place('a'), opened, never)).connection).toBe(first.connection);
    expect(opened).toHaveBeenCalledTimes(1);
  });

  test('opens anew after a failed opening and after a crash', async () => {
    const pool = createPool();
    await expect(pool.lease(place('a'), () => Promise.reject(new Error('refused')), never)).rejects.toThrow('refused');
    const lease = await pool.lease(place('a'), open, never);
    await lease.connection.close();
    lease.release();
    const again = await pool.lease(place('a'), open, never);
    expect(again.connection).not.toBe(lease.connection);
    expect(again.fresh).toBe(true);
  });

  test('makes room by closing the connection that has been idle for longest', async () => {
    const pool = createPool();
    const [a, b] = [await pool.lease(place('a'), open, never), await pool.lease(place('b'), open, never)];
    a.release();
    b.release();
    (await pool.lease(place('a'), open, never)).release();
    await pool.lease(place('c'), open, never);
    expect([a.connection.closed, b.connection.closed]).toEqual([false, true]);
  });

  test('a call beyond the bound waits until a connection is idle, or gives up with its signal', async () => {
    const pool = createPool({ maxConnections: 1 });
    const busy = await pool.lease(place('a'), open, never);
    const controller = new AbortController();
    const impatient = pool.lease(place('b'), open, controller.signal);
    const patient = pool.lease(place('b'), open, never);
    controller.abort(new Error('enough'));
    await expect(impatient).rejects.toThrow('enough');
    busy.release();
    expect((await patient).connection).not.toBe(busy.connection);
    expect(busy.connection.closed).toBe(true);
  });

  test('closes a connection that nobody has used for a while', async () => {
    vi.useFakeTimers();
    try {
      const pool = createPool({ idleCloseMs: 50 });
      const lease = await pool.lease(place('a'), open, never);
      await vi.advanceTimersByTimeAsync(100);
      expect(lease.connection.closed).toBe(false);
      lease.release();
      await vi.advanceTimersByTimeAsync(100);
      expect(lease.connection.closed).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  test('a retired connection takes no new call and closes after its last', async () => {
    const pool = createPool();
    const lease = await pool.lease(place('a'), open, never);
    lease.retire();
    expect((await pool.lease(place('a'), open, never)).connection).not.toBe(lease.connection);
    expect(lease.connection.closed).toBe(false);
    lease.release();
    expect(lease.connection.closed).toBe(true);
  });

  test('new calls wait for the check of a suspect connection, and get another one if the check fails', async () => {
    const pool = createPool();
    const lease = await pool.lease(place('a'), open, never);
    let decide = (_healthy: boolean) => {};
    const verdict = new Promise<boolean>((resolve) => {
      decide = resolve;
    });
    lease.suspect(() => verdict);
    lease.release();
    const next = pool.lease(place('a'), open, never);
    decide(false);
    expect((await next).connection).not.toBe(lease.connection);
    expect(lease.connection.closed).toBe(true);
  });

  /** An opening that never ends by itself. */
  function hangingOpen() {
    let given: AbortSignal | undefined;
    const open = (signal: AbortSignal) => {
      given = signal;
      return new Promise<FakeConnection>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
      );
    };
    return { open, isGivenUp: () => given?.aborted ?? false };
  }

  test('[tenant:suspend:gives-up-waits] gives up the opening of a connection whose tenant is suspended, and the calls that wait for it', async () => {
    const pool = createPool();
    const [own, other] = [hangingOpen(), hangingOpen()];
    const waiting = pool.lease(place('a'), own.open, never);
    const others = pool.lease(place('b', 'ten_b'), other.open, never);
    others.catch(() => undefined);
    await Promise.all([expect(waiting).rejects.toThrow('not needed'), pool.closeOf('ten_a', 'now')]);
    expect([own.isGivenUp(), other.isGivenUp()]).toEqual([true, false]);
    expect((await pool.lease(place('a'), open, never)).connection.closed).toBe(false);
    await pool.close();
    expect(other.isGivenUp()).toBe(true);
  });

  test('[tenant:suspend:gives-up-waits] gives up the opening of a connection that is to be closed when the last call stops waiting for it', async () => {
    const pool = createPool();
    const hanging = hangingOpen();
    const [first, second] = [new AbortController(), new AbortController()];
    const calls = [pool.lease(place('a'), hanging.open, first.signal), pool.lease(place('a'), open, second.signal)];
    const outcomes = Promise.allSettled(calls);
    await pool.closeOf('ten_a', 'when_idle');
    first.abort(new Error('cancelled'));
    await Promise.allSettled(calls.slice(0, 1));
    expect(hanging.isGivenUp()).toBe(false);
    second.abort(new Error('cancelled'));
    await outcomes;
    expect(hanging.isGivenUp()).toBe(true);
  });

  test('leaves no connection open once it is closed, and opens none', async () => {
    const pool = createPool();
    const lease = await pool.lease(place('a'), open, never);
    await pool.close();
    expect(lease.connection.closed).toBe(true);
    await expect(pool.lease(place('a'), open, never)).rejects.toThrow('closed');
  });

  test('[connection:pool:tenants-apart] [I8] calls that hold all connections of one tenant leave room for those of another', async () => {
    const pool = createPool({ maxConnections: 10, maxPerTenant: 2 });
    const hanging = [await pool.lease(place('a'), open, never), await pool.lease(place('b'), open, never)];
    const waiting = new AbortController();
    const third = pool.lease(place('c'), open, waiting.signal);
    const other = await pool.lease(place('d', 'ten_b'), open, never);
    expect(other.connection.closed).toBe(false);
    waiting.abort(new Error('given up'));
    await expect(third).rejects.toThrow('given up');
    // An idle connection of the same tenant makes room, one of another tenant stays.
    other.release();
    hanging[0]?.release();
    await pool.lease(place('e'), open, never);
    expect([hanging[0]?.connection.closed, other.connection.closed]).toEqual([true, false]);
  });

  test('[connection:pool:tenants-apart] [I8] calls that hold as many as several tenants may have leave room for another tenant', async () => {
    const pool = createPool({ maxConnections: 16, maxPerTenant: 12 });
    for (let i = 0; i < 6; i++) await pool.lease(place(`a${i}`, 'ten_a'), open, never);
    for (let i = 0; i < 6; i++) await pool.lease(place(`b${i}`, 'ten_b'), open, never);
    const waiting = new AbortController();
    const more = pool.lease(place('a6', 'ten_a'), open, waiting.signal);
    for (let i = 0; i < 4; i++) await pool.lease(place(`c${i}`, 'ten_c'), open, never);
    waiting.abort(new Error('given up'));
    await expect(more).rejects.toThrow('given up');
  });
});
