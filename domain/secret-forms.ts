/** A form shorter than this may stand in a text by chance. */
const SHORTEST_FORM = 8;

/**
 * The forms other than escapes in which another program may repeat a secret: as it is, in hexadecimal, in base64 and backwards.
 * The longest comes first, so that a form that begins with another one is found whole.
 */
export function secretForms(secret: string): readonly string[] {
  const bytes = new TextEncoder().encode(secret);
  const forms = [secret, ...byteForms(bytes), ...unitForms(secret), ...base64Forms(bytes), backwards(secret)];
  const distinct = [...new Set(forms)].filter((form) => form === secret || form.length >= SHORTEST_FORM);
  return distinct.sort((one, other) => other.length - one.length);
}

/** An expression for a long secret takes a tenth of a second to compile, so a long secret is looked for in parts. */
const PART_CHARACTERS = 256;
/** An honest text has characters of few secrets in it. Each expression takes some 10 ms at most to compile. */
const MOST_EXPRESSIONS = 16;

/**
 * Replaces every form of the secrets, and the secrets with any of their characters escaped for JSON, HTML or a URL. A text that
 * looks like many long secrets is replaced whole. For short texts: `withoutSecretsInTurns` is for long ones.
 * @param length the length of the text of which `text` is the beginning
 */
export function withoutSecretForms(text: string, secrets: readonly string[], by: string, length = text.length): string {
  let shown = text;
  let expressions = 0;
  for (const part of secretParts(length, secrets)) {
    for (const form of secretForms(part)) shown = shown.replaceAll(form, by);
    if (!mayBeEscapedIn(shown, part)) continue;
    expressions += 1;
    if (expressions > MOST_EXPRESSIONS) return by;
    shown = shown.replace(escapesOf(part), by);
  }
  return shown;
}

/** The parts of the secrets that can be in a text of that length. Every form of a secret is at least as long as the secret. */
export function secretParts(length: number, secrets: readonly string[]): string[] {
  return secrets.flatMap((secret) => {
    if (secret.length > length) return [];
    const parts = Math.ceil(secret.length / PART_CHARACTERS);
    // They are of one length, so that none is so short that it stands in a text by chance.
    const size = Math.ceil(secret.length / parts);
    return Array.from({ length: parts }, (_, part) => secret.slice(part * size, (part + 1) * size));
  });
}

/** False where a text does not have the letters that no program escapes, or where there is nothing to escape. */
export function mayBeEscapedIn(text: string, secret: string): boolean {
  const letters = secret.match(/[A-Za-z0-9]+/g) ?? [];
  const longest = letters.reduce((a, b) => (b.length > a.length ? b : a), '');
  return longest.length < secret.length && text.includes(longest);
}

/** Programs differ in which characters they escape, so each may stand for itself or be escaped. */
export function escapesOf(secret: string): RegExp {
  return new RegExp([...secret].map(escapesOfCharacter).join(''), 'g');
}

/** No form of a character is longer than its two code units, each escaped in JSON within JSON within JSON. */
export const MOST_ESCAPED_CHARACTERS = 24;

const NAMED: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };
/** JSON within JSON within JSON. More of them would make the search slow in a text of nothing but backslashes. */
const BACKSLASHES = '\\\\{1,7}';

function escapesOfCharacter(character: string): string {
  // A program that escapes letters escapes every character, and secretForms has those forms.
  if (/[A-Za-z0-9]/.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const units = [...Array(character.length).keys()].map((at) => character.charCodeAt(at));
  const bytes = [...new TextEncoder().encode(character)];
  const literal = character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  const ways = [
    literal,
    bytes.map((byte) => `%(?:25)?${hexOf(byte, 2)}`).join(''),
    units.map((unit) => `${BACKSLASHES}u${hexOf(unit, 4)}`).join(''),
    `&#(?:0{0,8}${code}|[xX]0{0,8}${hexOf(code, 1)});`,
  ];
  if (NAMED[character] !== undefined) ways.push(`&${NAMED[character]};`);
  if (/["'\\/]/.test(character)) ways.push(`${BACKSLASHES}${literal}`);
  if (character === ' ') ways.push('\\+');
  return `(?:${ways.join('|')})`;
}

/** A pattern for a number in hexadecimal, in letters of either case. */
function hexOf(value: number, digits: number): string {
  return value
    .toString(16)
    .padStart(digits, '0')
    .replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

function unitForms(secret: string): string[] {
  const codes = [...Array(secret.length).keys()].map((at) => secret.charCodeAt(at).toString(16).padStart(4, '0'));
  return [codes, codes.map((code) => code.toUpperCase())].map((form) => `\\u${form.join('\\u')}`);
}

function byteForms(bytes: Uint8Array): string[] {
  const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const lower = ['', ' ', ':', '-'].map((between) => pairs.join(between));
  const escaped = [`%${pairs.join('%')}`, `\\x${pairs.join('\\x')}`];
  const prefixed = pairs.map((pair) => `0x${pair}`).join(', ');
  return [
    ...lower,
    ...lower.map((form) => form.toUpperCase()),
    ...escaped,
    `%${pairs.join('%').toUpperCase()}`,
    prefixed,
  ];
}

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * The characters of base64 that the secret alone decides, at each of the three places where it can stand in a group of three
 * bytes, in both alphabets. Whatever stands before and behind it decides at most one character at each end.
 */
function base64Forms(bytes: Uint8Array): string[] {
  return [0, 1, 2].flatMap((before) => {
    let sextets = '';
    let held = 0;
    let bits = before === 0 ? 0 : -((3 - before) * 2);
    // The first bits belong to a character that begins before the secret.
    for (const byte of bytes) {
      held = ((held << 8) | byte) & 0xffff;
      bits += 8;
      while (bits >= 6) {
        bits -= 6;
        sextets += STANDARD.charAt((held >> bits) & 63);
      }
    }
    return [sextets, sextets.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function backwards(secret: string): string {
  return [...secret].reverse().join('');
}
