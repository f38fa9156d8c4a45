import type { Database, Tx } from './database.ts';
import { taking } from './roles.ts';

export interface JoinedDatabase extends Database {
  /** What one of the transactions threw: all of `tx` must be rolled back, even if the error was caught. */
  readonly failure: { readonly error: unknown } | undefined;
  /** Later transactions are their own again. Work that joined `tx` and still runs gets an error for each further statement. */
  leave(): void;
}

/** A database whose transactions are all part of `tx`: what they write is committed with it, or not at all. */
export function joinDatabase(database: Database, tx: Tx): JoinedDatabase {
  let joined = true;
  let failure: { error: unknown } | undefined;

  /** The connection of `tx` serves other transactions later: a late statement must not end up in one of those. */
  function checkJoined(): void {
    if (!joined) throw new Error('The transaction that was joined is over.');
  }
  const whileJoined: Tx = {
    tenantId: tx.tenantId,
    async query(name, text, values) {
      checkJoined();
      return tx.query(name, text, values);
    },
    send(name, text, values) {
      checkJoined();
      tx.send(name, text, values);
    },
  };

  async function within<T>(as: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await work(as);
    } catch (error) {
      failure ??= { error };
      throw error;
    }
  }

  return {
    get failure() {
      return failure;
    },
    leave() {
      joined = false;
    },
    async transaction(tenantId, work) {
      if (!joined) return database.transaction(tenantId, work);
      if (tenantId !== tx.tenantId) throw new Error('A transaction of one tenant can not be joined by another.');
      return within(whileJoined, work);
    },
    async serviceTransaction(work) {
      if (!joined) return database.serviceTransaction(work);
      return within({ ...whileJoined, tenantId: '' }, async (service) => {
        whileJoined.send('take-sweeper', taking('sweeper'));
        const result = await work(service);
        whileJoined.send('take-service', taking('service'));
        return result;
      });
    },
    reachable: (timeoutMs) => database.reachable(timeoutMs),
    close: () => database.close(),
  };
}
