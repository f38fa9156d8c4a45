import { pointerParts } from '../json-pointer.ts';

/** The values that a pointer finds in the arguments of a call. */
export interface PointedValues {
  readonly values: readonly unknown[];
  /** True when an object on the way, or the arguments themselves, have no such member. */
  readonly missing: boolean;
}

/**
 * Finds the values that a JSON pointer (RFC 6901) names. A list on the way stands for each of its items, unless the pointer gives
 * the place of one. A list at the end does too, since a rule is about single values.
 */
export function pointedValues(args: Readonly<Record<string, unknown>>, pointer: string): PointedValues {
  let found: readonly unknown[] = [args];
  let missing = false;
  for (const token of pointerParts(pointer)) {
    const members = found.flatMap((value) => holdersOf(value, token)).map((holder) => memberOf(holder, token));
    missing ||= members.includes(undefined);
    found = members.filter((member) => member !== undefined);
  }
  return { values: found.flatMap(itemsOf), missing };
}

/** The items of a list, or the value itself, of which the token names a member. */
function holdersOf(value: unknown, token: string): unknown[] {
  if (!Array.isArray(value) || /^(0|[1-9]\d*)$/.test(token)) return [value];
  const items: unknown[] = value; // Array.isArray leaves `any`
  return items.flatMap((item) => holdersOf(item, token));
}

/** Undefined: there is none. JSON has no undefined. */
function memberOf(holder: unknown, token: string): unknown {
  if (holder === null || typeof holder !== 'object') return undefined;
  return Object.entries(holder).find(([name]) => name === token)?.[1];
}

function itemsOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value.flatMap(itemsOf) : [value];
}
