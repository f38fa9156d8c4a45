/** When each event was read, as `performance.now()` counts. */
export interface Arrivals {
  note(id: string, atMs: number): void;
  /** The moment at which the newest event, or a later one, was read. */
  of(id: string): Promise<number>;
}

export function createArrivals(): Arrivals {
  const waiting = new Map<string, (atMs: number) => void>();
  let newest: { id: string; atMs: number } | undefined;
  return {
    note(id, atMs) {
      newest = { id, atMs };
      waiting.get(id)?.(atMs);
      waiting.delete(id);
    },
    async of(id) {
      if (newest?.id === id) return newest.atMs;
      return new Promise((resolve) => waiting.set(id, resolve));
    },
  };
}
