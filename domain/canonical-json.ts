import { isRecord } from './json-record.ts';

/**
 * The canonical form of a JSON value (RFC 8785): no spaces, and the members of every object in code unit order of their
 * names, so equal values have equal texts. A lone surrogate, which the RFC forbids, is written as an escape.
 */
export function canonicalJson(value: unknown): string {
  // Every value has a text here: JSON.stringify has none for undefined, a function or a symbol, which JSON does not know.
  return canonicalText(value) ?? 'null';
}

function canonicalText(value: unknown): string | undefined {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item) ?? 'null').join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const members: string[] = [];
  // An object lists names that look like numbers first, whatever order they were added in, so the text is joined here.
  for (const name of Object.keys(value).sort()) {
    const text = canonicalText(value[name]);
    if (text !== undefined) members.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${members.join(',')}}`;
}
