/** Bounds on JSON that others send, which its length in bytes does not set. */
export interface JsonBounds {
  /** Many functions call themselves for each level, and run out of stack some thousand levels deep. */
  readonly depth: number;
  /** An empty list takes two bytes as text and some forty as a value. */
  readonly values: number;
}

/** Far more than models and tool servers send. Half a million empty lists take 30 MB. */
export const FOREIGN_JSON: JsonBounds = { depth: 512, values: 500_000 };

/** The bound that a JSON text exceeds. */
export type JsonExcess = keyof JsonBounds;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/**
 * Finds out in one pass over the text, before anything is parsed, whether a JSON text exceeds a bound. A text that is no JSON has
 * some answer, too.
 */
export function jsonExcess(text: string, { depth, values }: JsonBounds = FOREIGN_JSON): JsonExcess | undefined {
  // Each level and each value takes a character at least. Most texts are short.
  if (text.length <= depth && text.length <= values) return undefined;
  let level = 0;
  let found = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (OPENING.has(code)) {
      level += 1;
      found += 1;
      if (level > depth) return 'depth';
    } else if (CLOSING.has(code)) {
      level -= 1;
    } else if (code === COMMA) {
      found += 1;
    }
    if (found > values) return 'values';
  }
  return undefined;
}

/** Stands in a JSON text for what is nested too deep. */
const TOO_DEEP = '"[nested too deep]"';

/** The JSON text with a note in place of each list and object that is nested more than `depth` deep, so that the rest can be read. */
export function withoutDepths(text: string, { depth }: Pick<JsonBounds, 'depth'> = FOREIGN_JSON): string {
  const kept: string[] = [];
  let from = 0;
  let level = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (OPENING.has(code)) {
      level += 1;
      if (level === depth + 1) kept.push(text.slice(from, at), TOO_DEEP);
    } else if (CLOSING.has(code)) {
      if (level === depth + 1) from = at + 1;
      level -= 1;
    }
  }
  // A text that ends within such a list ends with the note, and is no JSON any more than it was before.
  if (level <= depth) kept.push(text.slice(from));
  return kept.join('');
}

/** The words for an excess, to follow "it". */
export function excessOf(excess: JsonExcess, bounds: JsonBounds = FOREIGN_JSON): string {
  switch (excess) {
    case 'depth':
      return `is nested more than ${bounds.depth} deep`;
    case 'values':
      return `has more than ${bounds.values} values`;
  }
}

/** The place of the quotation mark that ends the string which begins here; the end of the text if none does. */
function endOfString(text: string, begin: number): number {
  for (let at = text.indexOf('"', begin + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}
