/** Text as Postgres can keep it in `text` and `jsonb`: no NUL, no lone surrogates; each becomes U+FFFD. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** `storableText` of every string in a JSON value, names of members included. */
export function storableJson<T>(value: T): T {
  // JSON in, the same shape out: the text of a JSON value holds each string once.
  const text = JSON.stringify(value);
  return /\\u0000|\\ud[89a-f]/i.test(text) ? (storable(value) as T) : value;
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [storableText(name), storable(member)]));
  }
  return value;
}

/** True when a JSON value is nested more than `levels` deep. Walks at most that deep. */
export function deeperThan(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  return levels <= 0 || Object.values(value).some((member) => deeperThan(member, levels - 1));
}
