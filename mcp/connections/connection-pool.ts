import { abortable } from '../../processes/abortable.ts';

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
  /**
   * Makes new calls wait for `check`. A connection that fails it is closed, which ends the calls that still use it; `onSick` is
   * called first.
   */
  suspect(check: (connection: C) => Promise<boolean>, onSick?: () => void): void;
}

/** The owner of a connection. A key belongs to one tenant only. */
export interface Place {
  readonly key: string;
  readonly tenantId: string;
}

export interface ConnectionPool<C> {
  /**
   * The connection of a key, which belongs to a tenant. The first call that asks for it opens it, and all others wait for that.
   * Rejects with the error of `open`, or with the reason of the signal.
   * @param open its signal aborts when the connection is not to be opened any more
   */
  lease(place: Place, open: (signal: AbortSignal) => Promise<C>, signal: AbortSignal): Promise<Lease<C>>;
  /**
   * Closes the connections of a tenant: `now`, which ends the calls that use them, or each `when_idle`, which is at once for those
   * that serve no call. One that is being opened is given up, `when_idle` as soon as no call waits for it. A later call opens a
   * new one.
   */
  closeOf(tenantId: string, when: 'now' | 'when_idle'): Promise<void>;
  close(): Promise<void>;
}

interface Entry<C> {
  readonly tenantId: string;
  readonly opening: Promise<C>;
  /** Gives up the opening. */
  readonly abandon: () => void;
  connection: C | undefined;
  leases: number;
  served: boolean;
  check: Promise<void> | undefined;
  idleTimer: NodeJS.Timeout | undefined;
}

/** This share of the connections is for tenants that have fewer than FLOOR of them. */
const RESERVED = 1 / 4;
const FLOOR = 4;

/**
 * Keeps connections open between calls, at most `maxConnections`, and at most `maxPerTenant` of one tenant: calls that wait for
 * the servers of some tenants leave room for those of others (I8). Each is closed after `idleCloseMs` without a call.
 */
export function createConnectionPool<C extends PooledConnection>(options: {
  maxConnections: number;
  maxPerTenant: number;
  idleCloseMs: number;
}): ConnectionPool<C> {
  /** In the order in which they were last used. */
  const entries = new Map<string, Entry<C>>();
  const closing = new Set<Promise<void>>();
  const reserve = Math.floor(options.maxConnections * RESERVED);
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

  /** Gives up an opening, and closes what comes of it all the same. */
  function giveUp(entry: Entry<C>): Promise<void> {
    entry.abandon();
    return entry.opening.then(shut, () => {});
  }

  function becameIdle(key: string, entry: Entry<C>): void {
    if (entry.leases > 0) return;
    const { connection } = entry;
    const isRetired = entries.get(key) !== entry;
    if (connection === undefined) {
      if (isRetired) entry.abandon();
      return;
    }
    if (isRetired) {
      shut(connection);
      return;
    }
    entry.idleTimer = setTimeout(() => {
      remove(key, entry);
      shut(connection);
    }, options.idleCloseMs).unref();
    wakeWaiters();
  }

  /** @param tenantId undefined: of any tenant */
  function evictOneIdle(tenantId: string | undefined): boolean {
    for (const [key, entry] of entries) {
      if (tenantId !== undefined && entry.tenantId !== tenantId) continue;
      if (entry.leases > 0 || entry.connection === undefined || entry.check !== undefined) continue;
      remove(key, entry);
      shut(entry.connection);
      return true;
    }
    return false;
  }

  /** Makes room for one more connection of the tenant, if it can. */
  function hasRoom(tenantId: string): boolean {
    const own = [...entries.values()].filter((entry) => entry.tenantId === tenantId).length;
    if (own >= options.maxPerTenant) return evictOneIdle(tenantId);
    const most = own < FLOOR ? options.maxConnections : options.maxConnections - reserve;
    return entries.size < most || evictOneIdle(undefined);
  }

  function create({ key, tenantId }: Place, open: (signal: AbortSignal) => Promise<C>): Entry<C> {
    const abandoned = new AbortController();
    const opening = open(abandoned.signal);
    const entry: Entry<C> = {
      tenantId,
      opening,
      abandon: () => abandoned.abort(new Error('The connection is not needed any more.')),
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

  async function lease(
    place: Place,
    open: (signal: AbortSignal) => Promise<C>,
    signal: AbortSignal,
  ): Promise<Lease<C>> {
    const { key } = place;
    for (;;) {
      if (closed) throw new Error('The connection pool is closed.');
      let entry = entries.get(key);
      if (entry?.check !== undefined) {
        await abortable(entry.check, signal);
        continue;
      }
      if (entry === undefined) {
        if (!hasRoom(place.tenantId)) {
          const room = new Promise<void>((resolve) => waiters.push(resolve));
          await abortable(room, signal);
          continue;
        }
        entry = create(place, open);
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
      suspect(check, onSick) {
        if (entry.check !== undefined || connection.closed) return;
        entry.check = check(connection).then((healthy) => {
          entry.check = undefined;
          if (healthy) return;
          onSick?.();
          remove(key, entry);
          shut(connection);
        });
      },
    };
  }

  return {
    lease,
    async closeOf(tenantId, when) {
      for (const [key, entry] of [...entries]) {
        if (entry.tenantId !== tenantId) continue;
        remove(key, entry);
        // Any other is closed, or given up, when its last call gives it back.
        if (when === 'when_idle' && entry.leases > 0) continue;
        if (entry.connection !== undefined) shut(entry.connection);
        else giveUp(entry);
      }
      await Promise.all(closing);
    },
    async close() {
      closed = true;
      wakeWaiters();
      for (const [key, entry] of [...entries]) {
        remove(key, entry);
        if (entry.connection !== undefined) shut(entry.connection);
        else await giveUp(entry);
      }
      await Promise.all(closing);
    },
  };
}
