import { UsageError } from '../errors/errors.ts';

/**
 * Writes a path: `` path`/v1/sessions/${id}` ``. A value is encoded, so that it is one segment and nothing else.
 * @throws UsageError when a value is empty or dots, with which the path would be another one
 */
export function path(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return String.raw({ raw: strings }, ...values.map(segment));
}

/** Writes the rest of a path: a name whose slashes are slashes of the path. */
export function restOfPath(name: string): string {
  return name.split('/').map(segment).join('/');
}

function segment(value: string | number): string {
  const text = String(value);
  // The caller may have no types, and then `undefined` would be a name like any other.
  if (value === undefined || value === null || /^\.{0,2}$/.test(text)) {
    throw new UsageError(`"${text}" cannot be part of a path. A parameter of the call is empty.`);
  }
  return encodeURIComponent(text);
}
