import { canonicalJson } from './canonical-json.ts';
import { pointerPart } from './json-pointer.ts';

export interface JsonDifference {
  /** A JSON Pointer. */
  readonly path: string;
  /** Absent: there was nothing. */
  readonly before?: unknown;
  /** Absent: there is nothing any more. */
  readonly after?: unknown;
}

/** The places where two JSON values differ, as deep as they have members in common. */
export function jsonDifferences(before: unknown, after: unknown, path = ''): JsonDifference[] {
  if (before === after) return [];
  if (before === undefined) return [{ path, after }];
  if (after === undefined) return [{ path, before }];
  const left = membersOf(before);
  const right = membersOf(after);
  if (left !== undefined && right !== undefined && Array.isArray(before) === Array.isArray(after)) {
    const names = new Set([...left.keys(), ...right.keys()]);
    return [...names].flatMap((name) => jsonDifferences(left.get(name), right.get(name), path + pointerPart(name)));
  }
  return canonicalJson(before) === canonicalJson(after) ? [] : [{ path, before, after }];
}

function membersOf(value: unknown): Map<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}
