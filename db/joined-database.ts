import type { Database, Tx } from './database.ts';
import { taking } from './roles.ts';

export interface JoinedDatabase extends Database {
  /** The error of the first transaction that failed: then all of `tx` must be rolled back, even if the error was caught. */
  readonly failure: { readonly error: unknown } | undefined;
  /** Makes later transactions separate again. Work that joined `tx` and still runs gets an error for each further statement. */
  leave(): void;
}

/** Makes a database whose transactions are all part of `tx`: what they write is committed with `tx`, or not at all. */
export function joinDatabase(database: Database, tx: Tx): JoinedDatabase {
  let joined = true;
  let failure: { error: unknown } | undefined;

  /** The connection of `tx` serves other transactions later, and a late statement must not become part of one of them. */
  function checkJoined(): void {
    if (!joined) throw new Error('The transaction that this work joined is over.');
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
    report(line) {
      checkJoined();
      tx.report(line);
    },
    observe(figure) {
      checkJoined();
      tx.observe(figure);
    },
    trace(fact) {
      checkJoined();
      tx.trace(fact);
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
      if (tenantId !== tx.tenantId)
        throw new Error('The transaction of one tenant cannot be joined by another tenant.');
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
