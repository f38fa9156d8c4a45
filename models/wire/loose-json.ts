import { parseMarked } from '../../domain/exact-json.ts';
import { isRecord, type JsonRecord } from '../../domain/json-record.ts';

/** Access to JSON of a shape that a provider only promises. */

/** The value, if it is an object. */
export function recordOf(value: unknown): JsonRecord | undefined {
  return isRecord(value) ? value : undefined;
}

/** The value of a text, with its numbers as they are written. Undefined: it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return parseMarked(text);
  } catch {
    return undefined;
  }
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value, if it is a text with at least one character. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A place in a list, as number or as digits. */
export function indexOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** An id, which some servers send as a number. */
export function idOf(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : textOf(value);
}
