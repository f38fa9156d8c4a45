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

/** Replaces every form of the secrets, and the secrets with any of their characters escaped for JSON, HTML or a URL. */
export function withoutSecretForms(text: string, secrets: readonly string[], by: string): string {
  let shown = text;
  for (const secret of secrets) {
    for (const form of secretForms(secret)) shown = shown.replaceAll(form, by);
    shown = shown.replace(escapesOf(secret), by);
  }
  return shown;
}

/** Programs differ in which characters they escape, so each may stand for itself or be escaped. */
function escapesOf(secret: string): RegExp {
  return new RegExp([...secret].map(escapesOfCharacter).join(''), 'g');
}

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
    `&#(?:0*${code}|[xX]0*${hexOf(code, 1)});`,
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
