/** The way in which a message is treated that answers no request of ours. */
export type UnaskedFate =
  /** It is read. */
  | 'read'
  /** It is dropped: such messages have come so fast that each costs more than it is worth. */
  | 'drop'
  /** The connection is to be closed, because even dropping them takes too much. */
  | 'close';

/** A tool may report its progress some hundred times in a row, and fifty times in each second for hours. */
const READ = { atOnce: 500, perSecond: 50 };
/** A tool that reports each of ten thousand steps has only some of its reports read. */
const TAKEN = { atOnce: 20_000, perSecond: 500 };

/**
 * Bounds what a server sends without being asked over one connection: notifications, requests such as pings, and answers to
 * nothing. None of them changes anything that is stored.
 */
export function createMessageFlood(nowMs: () => number): () => UnaskedFate {
  const read = bucket(READ, nowMs);
  const taken = bucket(TAKEN, nowMs);
  return () => {
    if (!taken()) return 'close';
    return read() ? 'read' : 'drop';
  };
}

/** @returns a function that takes one from the bucket and tells whether there was one */
function bucket({ atOnce, perSecond }: typeof READ, nowMs: () => number): () => boolean {
  let left = atOnce;
  let filledMs = nowMs();
  return () => {
    const now = nowMs();
    left = Math.min(atOnce, left + ((now - filledMs) / 1_000) * perSecond);
    filledMs = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
