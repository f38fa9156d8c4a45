import { canonicalJson } from '../../domain/canonical-json.ts';
import { deeperThan } from '../../domain/storable-text.ts';

/** Looking for so many values in a text of so many characters takes at most some tens of milliseconds. */
const MOST_VALUES = 1_000;
const MOST_CHARACTERS = 256 * 1024;
const MAX_DEPTH = 100;

/**
 * True if the texts of a result say what its structured content says, as MCP wants it: as JSON, or in words that hold each
 * of its values. Of large ones that is taken for granted, because showing a large result twice costs more than it tells.
 */
export function isSaidIn(structured: unknown, texts: readonly string[]): boolean {
  if (texts.length === 0) return false;
  if (deeperThan(structured, MAX_DEPTH)) return true;
  const all = texts.join('\n');
  if (all.length > MOST_CHARACTERS) return true;
  const values = valuesOf(structured);
  if (values.length > MOST_VALUES || isSameJson(structured, texts)) return true;
  return values.every((value) => holdsWhole(all, value));
}

const WORD = /[\p{L}\p{N}]/u;

/** True if the text has the value by itself. A 1 in "12 hits" is not the value 1. */
function holdsWhole(text: string, value: string): boolean {
  if (value === '') return true;
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1)) {
    const before = text[at - 1] ?? '';
    const after = text[at + value.length] ?? '';
    const isWithin = (edge: string, neighbour: string) => WORD.test(edge) && WORD.test(neighbour);
    if (!isWithin(value[0] ?? '', before) && !isWithin(value.at(-1) ?? '', after)) return true;
  }
  return false;
}

function isSameJson(structured: unknown, texts: readonly string[]): boolean {
  const wanted = canonicalJson(structured);
  return texts.some((text) => {
    try {
      return canonicalJson(JSON.parse(text)) === wanted;
    } catch {
      return false;
    }
  });
}

/** The texts, numbers and truth values in it, as they would stand in a text. */
function valuesOf(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value === 'object') return Object.values(value).flatMap(valuesOf);
  return [String(value)];
}
