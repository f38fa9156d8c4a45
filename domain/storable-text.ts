const REPLACEMENT = 0xfffd;

/** The text as Postgres can store it in `text` and `jsonb`: every NUL and every lone surrogate becomes U+FFFD. */
export function storableText(text: string): string {
  const whole = text.toWellFormed();
  return whole.includes('\0') ? withoutNuls(whole) : whole;
}

/** Replacing millions of them in a string would take a second. */
function withoutNuls(text: string): string {
  const bytes = Buffer.from(text, 'utf16le');
  for (let at = 0; at < bytes.length; at += 2) {
    if (bytes[at] === 0 && bytes[at + 1] === 0) bytes.writeUInt16LE(REPLACEMENT, at);
  }
  return bytes.toString('utf16le');
}

/** Applies `storableText` to every string in a JSON value, names of members included. */
export function storableJson<T>(value: T): T {
  // The result has the shape of the value. Its JSON text shows at once whether any string has to change.
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

/** True when a JSON value is nested more than `levels` deep. It looks no deeper than that. */
export function deeperThan(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  return levels <= 0 || Object.values(value).some((member) => deeperThan(member, levels - 1));
}
