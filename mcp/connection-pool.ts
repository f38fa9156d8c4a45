import { abortable } from './abortable.ts';

export interface PooledConnection {
  readonly closed: boolean;
  onClosed(listener: () => void): void;
  close(): Promise<void>;
}

export interface Lease<C> {
  readonly connection: C;
  /** False when the connection has served other calls before: its session at the server may have expired. */
  readonly fresh: boolean;
  /** Gives the connection back. To be called exactly once. */
  release(): void;
  /** Gives the connection to no new call, and closes it when its last call is over. */
  retire(): void;
  /** Makes new calls wait for `check`. A connection that fails it is closed, which ends the calls that still use it. */
  suspect(check: (connection: C) => Promise<boolean>): void;
}

export interface ConnectionPool<C> {
  /**
   * The connection of a key. The first call that asks for it opens it, and all others wait for that. Rejects with the
   * error of `open`, or with the reason of the signal.
   */
  lease(key: string, open: () => Promise<C>, signal: AbortSignal): Promise<Lease<C>>;
  close(): Promise<void>;
}

interface Entry<C> {
  readonly opening: Promise<C>;
  connection: C | undefined;
  leases: number;
  served: boolean;
  check: Promise<void> | undefined;
  idleTimer: NodeJS.Timeout | undefined;
}

/** Keeps connections open between calls, at most `maxConnections`. Each is closed after `idleCloseMs` without a call. */
export function createConnectionPool<C extends PooledConnection>(options: {
  maxConnections: number;
  idleCloseMs: number;
}): ConnectionPool<C> {
  /** In the order in which they were last used. */
  const entries = new Map<string, Entry<C>>();
  const closing = new Set<Promise<void>>();
  let waiters: (() => void)[] = [];
  let closed = false;

  function wakeWaiters(): void {
    const woken = waiters;
    waiters = [];
    for (const wake of woken) wake();
  }

  function remove(key: string, entry: Entry<C>): void {
    clearTimeout(entry.idleTimer);
    if (entries.get(key) !== entry) return;
    entries.delete(key);
    wakeWaiters();
  }

  function shut(connection: C): void {
    const done: Promise<void> = connection.close().finally(() => closing.delete(done));
    closing.add(done);
  }

  function becameIdle(key: string, entry: Entry<C>): void {
    if (entry.leases > 0 || entry.connection === undefined) return;
    const { connection } = entry;
    if (entries.get(key) !== entry) {
      shut(connection);
      return;
    }
    entry.idleTimer = setTimeout(() => {
      remove(key, entry);
      shut(connection);
    }, options.idleCloseMs).unref();
    wakeWaiters();
  }

  function evictOneIdle(): boolean {
    for (const [key, entry] of entries) {
      if (entry.leases > 0 || entry.connection === undefined || entry.check !== undefined) continue;
      remove(key, entry);
      shut(entry.connection);
      return true;
    }
    return false;
  }

  function create(key: string, open: () => Promise<C>): Entry<C> {
    const opening = open();
    const entry: Entry<C> = {
      opening,
      connection: undefined,
      leases: 0,
      served: false,
      check: undefined,
      idleTimer: undefined,
    };
    entries.set(key, entry);
    opening.then(
      (connection) => {
        entry.connection = connection;
        connection.onClosed(() => remove(key, entry));
        if (connection.closed) remove(key, entry);
        else if (closed) shut(connection);
        else becameIdle(key, entry);
      },
      () => remove(key, entry),
    );
    return entry;
  }

  async function lease(key: string, open: () => Promise<C>, signal: AbortSignal): Promise<Lease<C>> {
    for (;;) {
      if (closed) throw new Error('The connection pool is closed.');
      let entry = entries.get(key);
      if (entry?.check !== undefined) {
        await abortable(entry.check, signal);
        continue;
      }
      if (entry === undefined) {
        if (entries.size >= options.maxConnections && !evictOneIdle()) {
          const room = new Promise<void>((resolve) => waiters.push(resolve));
          await abortable(room, signal);
          continue;
        }
        entry = create(key, open);
      }
      entries.delete(key);
      entries.set(key, entry);
      return await take(key, entry, signal);
    }
  }

  async function take(key: string, entry: Entry<C>, signal: AbortSignal): Promise<Lease<C>> {
    entry.leases++;
    clearTimeout(entry.idleTimer);
    const release = () => {
      entry.leases--;
      becameIdle(key, entry);
    };
    let connection: C;
    try {
      connection = await abortable(entry.opening, signal);
    } catch (error) {
      release();
      throw error;
    }
    const fresh = !entry.served;
    entry.served = true;
    return {
      connection,
      fresh,
      release,
      retire: () => remove(key, entry),
      suspect(check) {
        if (entry.check !== undefined || connection.closed) return;
        entry.check = check(connection).then((healthy) => {
          entry.check = undefined;
          if (healthy) return;
          remove(key, entry);
          shut(connection);
        });
      },
    };
  }

  return {
    lease,
    async close() {
      closed = true;
      wakeWaiters();
      for (const [key, entry] of [...entries]) {
        remove(key, entry);
        if (entry.connection !== undefined) shut(entry.connection);
        else await entry.opening.then(shut, () => {});
      }
      await Promise.all(closing);
    },
  };
}
