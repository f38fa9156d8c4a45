/** The parts of a JSON Pointer (RFC 6901). */
export function pointerParts(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function pointerPart(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/**
 * The part of a document that a reference within it names: `#`, or `#` and a pointer, whose characters may be
 * percent-encoded. Undefined: it names none.
 */
export function referredPart(document: unknown, reference: unknown): unknown {
  if (typeof reference !== 'string' || !/^#(?:\/|$)/.test(reference)) return undefined;
  return pointerParts(decodedFragment(reference.slice(1))).reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? Reflect.get(at, name) : undefined,
    document,
  );
}

function decodedFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

/** The JSON value without what these pointers name. What they name in vain is left as it is. */
export function withoutPointers(value: unknown, pointers: readonly string[]): unknown {
  return pointers.reduce<unknown>((rest, pointer) => withoutParts(rest, pointerParts(pointer)), value);
}

function withoutParts(value: unknown, [name, ...below]: readonly string[]): unknown {
  if (name === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return value;
  const inside = (item: unknown) => (below.length === 0 ? null : withoutParts(item, below));
  // A place in a list is emptied, and the others stay where they are.
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === name ? inside(item) : item));
  const members = Object.entries(value).filter(([key]) => key !== name || below.length > 0);
  return Object.fromEntries(members.map(([key, member]) => [key, key === name ? inside(member) : member]));
}
