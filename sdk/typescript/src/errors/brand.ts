/**
 * Two copies of this package may meet in one program: one ESM and one CommonJS, or two versions. So the classes of errors
 * know their instances by names that each instance carries, and not by the identity of the class.
 */
const BRANDS = Symbol.for('brainstormrouter.error');

const names = new Map<unknown, string>();

interface Branded {
  readonly [BRANDS]: readonly string[];
}

function isBranded(value: unknown): value is Branded {
  return typeof value === 'object' && value !== null && Array.isArray((value as Partial<Branded>)[BRANDS]);
}

/** Gives a class its name, which its instances and those of its subclasses carry. A bundler may shorten the class's own. */
export function nameClass(type: { readonly prototype: object }, name: string): void {
  const { prototype } = type;
  const inherited = isBranded(prototype) ? prototype[BRANDS] : [];
  Object.defineProperty(prototype, BRANDS, { value: [...inherited, name] });
  names.set(type, name);
}

/** The name of the nearest class that has one. */
export function classNameOf(instance: object): string {
  return (isBranded(instance) ? instance[BRANDS].at(-1) : undefined) ?? 'Error';
}

/** `value instanceof type`, whichever copy of this package made the value. */
export function isInstance(type: unknown, value: unknown): boolean {
  const name = names.get(type);
  if (name !== undefined) return isBranded(value) && value[BRANDS].includes(name);
  // A class that a user derives from one of ours has no name here.
  return typeof type === 'function' && Function.prototype[Symbol.hasInstance].call(type, value);
}
