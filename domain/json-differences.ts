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

/** A member with more values than this, or with more differences, is not looked into: it takes the event loop too long. */
const MOST_COMPARED = 20_000;
const MOST_DIFFERENCES = 500;

/**
 * The places where two JSON values differ, as deep as they have members in common. A member of the whole that has more to compare
 * than is worth it counts as one difference, unless it is the same text.
 */
export function jsonDifferences(before: unknown, after: unknown): JsonDifference[] {
  const members = commonMembers(before, after);
  if (members === undefined) return differencesWithin(before, after, '');
  return members.flatMap(([name, left, right]) => differencesWithin(left, right, pointerPart(name)));
}

function differencesWithin(before: unknown, after: unknown, path: string): JsonDifference[] {
  const differences: JsonDifference[] = [];
  let compared = 0;
  /** @returns false when there is too much to compare */
  const compare = (left: unknown, right: unknown, at: string): boolean => {
    compared += 1;
    if (compared > MOST_COMPARED || differences.length > MOST_DIFFERENCES) return false;
    if (left === right) return true;
    const members = commonMembers(left, right);
    if (members !== undefined) return members.every(([name, ...both]) => compare(...both, at + pointerPart(name)));
    if (left === undefined) differences.push({ path: at, after: right });
    else if (right === undefined) differences.push({ path: at, before: left });
    else if (!isSame(left, right)) differences.push({ path: at, before: left, after: right });
    return true;
  };
  if (compare(before, after, path)) return differences;
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

/** The names that one of two objects, or of two lists, has, with the values of both. Undefined: they are not two of a kind. */
function commonMembers(before: unknown, after: unknown): [name: string, before: unknown, after: unknown][] | undefined {
  if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after)) return undefined;
  const [left, right] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...left.keys(), ...right.keys()])].map((name) => [name, left.get(name), right.get(name)]);
}

/** A number may be written in two ways. */
function isSame(left: unknown, right: unknown): boolean {
  return !isContainer(left) && !isContainer(right) && canonicalJson(left) === canonicalJson(right);
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
