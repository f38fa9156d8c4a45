import { LRUCache } from 'lru-cache';

export interface SizedCacheOptions<Value> {
  /** The most memory that the entries may take, by the estimates of `bytesOf`. The least recently used one makes room. */
  readonly maxBytes: number;
  /** The memory that a value takes beside its key, roughly, and rather too much than too little. */
  readonly bytesOf: (value: Value) => number;
  /** The time for which an entry holds. Default: without end. */
  readonly ttlMs?: number | undefined;
  /** Default: that of the machine. */
  readonly nowMs?: (() => number) | undefined;
}

export interface SizedCache<Value> {
  get(key: string): Value | undefined;
  /** An entry that takes more than all of the cache is not kept. */
  set(key: string, value: Value): void;
  delete(key: string): void;
}

/** The memory that an entry takes beside its key and its value. */
const ENTRY_BYTES = 200;

/**
 * A cache that is bounded by what its entries take. Tenants choose how long names, addresses, schemas and texts are, so a number
 * of entries bounds nothing.
 */
export function createSizedCache<Value extends NonNullable<unknown>>(
  options: SizedCacheOptions<Value>,
): SizedCache<Value> {
  const { maxBytes, bytesOf, ttlMs, nowMs } = options;
  const entries = new LRUCache<string, Value>({
    maxSize: maxBytes,
    sizeCalculation: (value, key) => Math.ceil(ENTRY_BYTES + bytesOfText(key) + bytesOf(value)),
    ...(ttlMs !== undefined && { ttl: ttlMs, ttlResolution: 0 }),
    ...(nowMs !== undefined && { perf: { now: nowMs } }),
  });
  return {
    get: (key) => entries.get(key),
    set: (key, value) => void entries.set(key, value),
    delete: (key) => void entries.delete(key),
  };
}

/** The most memory that a text takes. */
export function bytesOfText(text: string): number {
  return 2 * text.length;
}

/** The memory that a value of JSON takes, rather too much than too little: an empty list has two characters. */
export function bytesOfJson(value: unknown): number {
  return 16 * JSON.stringify(value).length;
}

/** For values of a few words that nobody else chooses. */
export function fewBytes(): number {
  return 100;
}
