import { deeperThan } from '../../domain/storable-text.ts';

/** Writing JSON is recursive, and a server decides how deep its answer is. */
const MAX_DEPTH = 100;

/** A JSON value of a server as a model reads it. */
export function shownJson(value: unknown): string {
  if (typeof value === 'string') return value;
  if (deeperThan(value, MAX_DEPTH)) return `[content that is nested more than ${MAX_DEPTH} deep is not shown]`;
  return JSON.stringify(value) ?? '';
}
