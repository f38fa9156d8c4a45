import type { QueryValue } from './request.ts';

/** The address of a request. `query` is merged from left to right. */
export function addressOf(baseUrl: string, path: string, ...queries: readonly (object | undefined)[]): URL {
  const url = new URL(baseUrl + path);
  for (const query of queries) {
    for (const [name, value] of Object.entries(query ?? {})) {
      const text = textOf(value);
      if (text !== undefined) url.searchParams.set(name, text);
    }
  }
  return url;
}

function textOf(value: QueryValue): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object') return String(value);
  return value.length === 0 ? undefined : value.join(',');
}
