import type { Finding } from './finding.ts';
import { isNoSecret, looksLikePassword, looksLikeToken } from './secret-value.ts';

/** The kinds of names that a secret is given. What a value must look like depends on the kind. */
const PASSWORD = 'pass(?:word|wd|phrase|wort)|(?<![A-Za-z])(?:pwd|pass)';
const TOKEN =
  '(?:api|access|private|secret|signing|encryption|auth|service|account|client)[_. -]?key|apikey|secret|token|credentials?|bearer|jwt|session[_-]?id|authorization';
/** Names that are those of secrets in the query of an address only. */
const QUERY = '(?<=[?&;])(?:key|sig|signature|auth|code|sid|pass|x-amz-signature)';

/** One quotation mark, which may be escaped because the text is a string within another. */
const QUOTE = String.raw`(?:\\{0,3}["'${'`'}])?`;
/** The signs between a name and its value: in a header, JSON, YAML, an environment, a program, XML or a query. */
const BETWEEN = String.raw`${QUOTE}\s{0,4}(?::=|=>|[:=>])\s{0,4}`;
/** An option of a command may be followed by a blank alone. */
const BETWEEN_OPTION = '(?<=--[A-Za-z-]{0,40})[ =]';
/** The scheme in front of the value of a header. */
const SCHEME = String.raw`(?:(?:token|apikey|api-key|key|bearer|basic|bot)\s{1,4})?`;
const VALUE = String.raw`(?<value>[^\s"'${'`'}<>(){}\[\],;&|\\]{4,4096})`;

const NAMED = new RegExp(
  `(?:(?<password>${PASSWORD})|(?<token>${TOKEN})|(?<query>${QUERY}))(?:${BETWEEN}|${BETWEEN_OPTION})(?<quote>${QUOTE})${SCHEME}${VALUE}`,
  'dgi',
);

/** The characters of keys and tokens. What follows them is the rest of an address. */
const IN_TOKEN = /^[\w.~+/=%:@-]+/;

/** A call or an index follows the name of something, and no value. */
const OPENS = /[([{]/;

const JUDGED = 256;

/** The words in front of `token` and `key` that make it no secret: it is shown to whoever asks for the next page. */
const NO_SECRET =
  /(?:next|page|sync|continuation|resume|cancellation|cancel|progress|csrf|xsrf|public|design|stop|end)[_.-]?$/i;
const LONGEST_WORD = 24;

/** A cookie is a secret if its value may be a session. */
const COOKIES = /(?:set-)?cookie["']?\s{0,4}[:=]\s{0,4}["']?(?<pairs>[^"'\n\r]{1,8192})/dgi;
const COOKIE = /(?:^|;\s{0,4})(?<name>[^=;\s]{1,100})=(?<value>[^;\s]{1,4096})/dg;
const SESSION_NAME = /sess|sid$|auth|token|jwt|login|remember|secret/i;
/** Attributes of a cookie are no values. */
const ATTRIBUTE = /^(?:path|domain|expires|max-age|samesite|priority|version)$/i;

/** A cookie header goes to the end of its line, and any of its values may be a secret. */
export const OPEN_COOKIES = /(?:set-)?cookie["']?\s{0,4}[:=][^"'\n\r]{0,8192}$/i;

/** Finds the values of names that secrets have: passwords, keys, tokens, cookies. Only the values are found. */
export function namedSecretsIn(text: string): Finding[] {
  return [...assignedIn(text), ...cookiesIn(text)];
}

function assignedIn(text: string): Finding[] {
  const found: Finding[] = [];
  NAMED.lastIndex = 0;
  for (let match = NAMED.exec(text); match !== null; match = NAMED.exec(text)) {
    const { password, value: run = '', quote } = match.groups ?? {};
    const [start = 0, end = 0] = match.indices?.groups?.value ?? [];
    // A value may itself be a name with a value behind it: `authorization: token=…`.
    NAMED.lastIndex = /[:=>]/.test(run) ? start : end;
    if (OPENS.test(text.charAt(end))) continue;
    const isQuoted = quote !== '';
    const [value] = password === undefined ? (IN_TOKEN.exec(run) ?? ['']) : [run];
    // The beginning says what it is. A text of names alone would be read again and again otherwise.
    const begins = value.slice(0, JUDGED);
    if (isNoSecret(begins)) continue;
    if (password !== undefined && looksLikePassword(begins, isQuoted)) found.push(finding(start, end, 'password', 0.9));
    if (password !== undefined || !looksLikeToken(begins, isQuoted)) continue;
    const before = text.slice(Math.max(0, match.index - LONGEST_WORD), match.index);
    if (!NO_SECRET.test(before)) found.push(finding(start, start + value.length, 'named-key', 0.9));
  }
  return found;
}

function cookiesIn(text: string): Finding[] {
  const found: Finding[] = [];
  for (const header of text.matchAll(COOKIES)) {
    const [from = 0] = header.indices?.groups?.pairs ?? [];
    for (const { groups, indices } of (header.groups?.pairs ?? '').matchAll(COOKIE)) {
      const { name = '', value = '' } = groups ?? {};
      const [start = 0, end = 0] = indices?.groups?.value ?? [];
      if (ATTRIBUTE.test(name) || isNoSecret(value)) continue;
      const holds = looksLikeToken(value, true) || (SESSION_NAME.test(name) && value.length >= 12 && /\d/.test(value));
      if (holds) found.push(finding(from + start, from + end, 'cookie', 0.92));
    }
  }
  return found;
}

/** A key with a form of its own is known better by that form, and a cookie by its header. */
function finding(start: number, end: number, what: string, confidence: number): Finding {
  return { start, end, what, confidence };
}
