/** A place in the queue of a key. Calling it begins the read. */
type Waiter = () => void;

interface Slots {
  used: number;
  readonly waiting: Waiter[];
}

export interface ReadSlots {
  /**
   * Waits until the key may have one more read under way.
   * @returns the function that ends the read; undefined when `most` others were still under way after the wait
   */
  take(keyId: string, most: number): Promise<(() => void) | undefined>;
}

/**
 * Bounds how many reads of each key this process serves at the same time, since each may hold megabytes. Further reads wait in
 * order, so a client that sends many at once is served late and not refused. Reads of one key do not make another key wait.
 */
export function createReadSlots({ waitMs }: { readonly waitMs: number }): ReadSlots {
  const keys = new Map<string, Slots>();

  function release(keyId: string, slots: Slots): void {
    slots.used -= 1;
    // The next one takes the place over before anybody else can.
    slots.waiting.shift()?.();
    if (slots.used === 0 && slots.waiting.length === 0) keys.delete(keyId);
  }

  function begin(keyId: string, slots: Slots): () => void {
    slots.used += 1;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      release(keyId, slots);
    };
  }

  return {
    async take(keyId, most) {
      const slots = keys.get(keyId) ?? { used: 0, waiting: [] };
      keys.set(keyId, slots);
      if (slots.used < most && slots.waiting.length === 0) return begin(keyId, slots);
      return new Promise((resolve) => {
        const waiter = () => {
          clearTimeout(timer);
          resolve(begin(keyId, slots));
        };
        const timer = setTimeout(() => {
          slots.waiting.splice(slots.waiting.indexOf(waiter), 1);
          if (slots.used === 0 && slots.waiting.length === 0) keys.delete(keyId);
          resolve(undefined);
        }, waitMs);
        slots.waiting.push(waiter);
      });
    },
  };
}
