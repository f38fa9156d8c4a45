/** So long a call that is over may read on. Streams are read at a pace, so an answer that has arrived takes some rounds. */
const READING_MS = 500;

/**
 * Aborts a moment after `over`. A worker that stood still learns at once that its call was given up, or that the session has ended,
 * while the answer lies unread in its sockets. When it is read, it corrects the ledger, or is shown to the person who has to decide.
 * @param readsOn tells by the reason whether an answer is still of use. Otherwise the signal aborts at once.
 */
export function afterReading(over: AbortSignal, readsOn: (reason: unknown) => boolean = () => true): AbortSignal {
  if (over.aborted) return over;
  const read = new AbortController();
  const stop = () => read.abort(over.reason);
  over.addEventListener('abort', () => (readsOn(over.reason) ? setTimeout(stop, READING_MS) : stop()), { once: true });
  return read.signal;
}
