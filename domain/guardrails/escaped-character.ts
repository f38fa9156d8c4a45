/** A character that a text writes in another way, as addresses, HTML and programs do, and how long the writing is. */
export interface EscapedCharacter {
  readonly character: string;
  readonly length: number;
}

/** No writing is longer, so text that ends within this many characters of its beginning may still become one. */
export const LONGEST_ESCAPE = 24;

const NUMBERED = /&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));|\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})/iy;
const NAMED =
  /&(nbsp|ensp|emsp|thinsp|newline|tab|amp|lt|gt|quot|apos|shy|zwnj|zwj|hyphen|dash|ndash|mdash|lowbar|sol|bsol|percnt|period|colon);/iy;
const NAMES: Readonly<Record<string, string>> = {
  nbsp: ' ',
  ensp: ' ',
  emsp: ' ',
  thinsp: ' ',
  newline: '\n',
  tab: '\t',
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  shy: '\u00ad',
  zwnj: '\u200c',
  zwj: '\u200d',
  hyphen: '-',
  dash: '-',
  ndash: '-',
  mdash: '-',
  lowbar: '_',
  sol: '/',
  bsol: '\\',
  percnt: '%',
  period: '.',
  colon: ':',
};

/** A text may be escaped again, as `%2570` and `&amp;#112;` are. More often is not looked for. */
const MOST_LEVELS = 3;

/**
 * Reads the escape that begins at this place: `%70` of an address, `&#112;` of HTML or `\u0070` of a program, also escaped once
 * more.
 */
export function escapedCharacterAt(text: string, at: number): EscapedCharacter | undefined {
  let escaped = oneEscapeAt(text, at);
  for (let level = 1; level < MOST_LEVELS && escaped !== undefined && opensEscape(escaped.character); level++) {
    const { character, length } = escaped;
    const inner = oneEscapeAt(character + text.slice(at + length, at + length + LONGEST_ESCAPE), 0);
    if (inner === undefined) break;
    escaped = { character: inner.character, length: length + inner.length - 1 };
  }
  return escaped;
}

/** True for a character that an escape begins with. */
export function opensEscape(character: string): boolean {
  return character === '%' || character === '&' || character === '\\';
}

/** The blanks that programs and JSON write as `\n`, `\r`, `\t`, `\f` and `\v`. In a path such as `C:\new` they are none. */
export function writesBlankAt(text: string, at: number): boolean {
  return text[at] === '\\' && /[nrtfv]/.test(text.charAt(at + 1));
}

export const WRITTEN_BLANK = /\\[nrtfv]/;

function oneEscapeAt(text: string, at: number): EscapedCharacter | undefined {
  if (text[at] === '%') return percentEncodedAt(text, at);
  NUMBERED.lastIndex = at;
  const numbered = NUMBERED.exec(text);
  if (numbered !== null) {
    const [whole, hex, decimal, braced, four, two] = numbered;
    const digits = hex ?? braced ?? four ?? two;
    const code = digits === undefined ? Number(decimal) : Number.parseInt(digits, 16);
    return code > 0x10_ffff ? undefined : { character: String.fromCodePoint(code), length: whole.length };
  }
  NAMED.lastIndex = at;
  const [whole = '', name = ''] = NAMED.exec(text) ?? [];
  const character = NAMES[name.toLowerCase()];
  return character === undefined ? undefined : { character, length: whole.length };
}

function percentEncodedAt(text: string, at: number): EscapedCharacter | undefined {
  const lead = Number.parseInt(text.slice(at + 1, at + 3), 16);
  const bytes = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  const written = text.slice(at, at + 3 * bytes);
  if (bytes === 0 || !/^(?:%[0-9a-f]{2})+$/i.test(written) || written.length !== 3 * bytes) return undefined;
  try {
    return { character: decodeURIComponent(written), length: written.length };
  } catch {
    return undefined;
  }
}
