/** A part of an SQL text that matters for what it does. */
export type SqlToken =
  | { readonly kind: 'word'; readonly word: string; readonly afterDot: boolean; readonly beforeParenthesis: boolean }
  | { readonly kind: 'end' };

const COMMENT = /^(?:--[ \t][^\n]*|--(?=\n|$)|\/\*(?![!M])(?:(?!\*\/|\/\*)[\s\S])*\*\/)/;
const QUOTED = /^(?:'(?:''|[^'])*'|"(?:""|[^"])*"|`(?:``|[^`])*`)/;
const WORD = /^[\p{L}_][\p{L}\p{N}_$]*/u;
const NUMBER = /^[0-9][\p{L}\p{N}_.]*/u;

/**
 * The words of an SQL text outside of quotes and comments, and the ends of its statements. Dialects differ in what they quote and
 * what they take for a comment. A text that has a construct which they read differently is not split.
 * @returns undefined for a text that cannot be judged
 */
export function sqlTokens(text: string): SqlToken[] | undefined {
  if (/[^\P{Cc}\t\n\r]|[\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) return undefined;
  const tokens: SqlToken[] = [];
  let rest = text;
  let before = '';
  while (rest !== '') {
    if (isReadDifferently(rest, before)) return undefined;
    const comment = COMMENT.exec(rest)?.[0];
    const quoted = QUOTED.exec(rest)?.[0];
    if (comment !== undefined && isClear(comment)) {
      before = ' ';
      rest = rest.slice(comment.length);
      continue;
    }
    if (/^['"`]|^\/\*|^--/.test(rest) && (quoted === undefined || endsDifferently(quoted))) return undefined;
    const word = WORD.exec(rest)?.[0];
    const taken = quoted ?? word ?? NUMBER.exec(rest)?.[0] ?? rest.charAt(0);
    if (word !== undefined) {
      const after = rest.slice(word.length).trimStart();
      tokens.push({
        kind: 'word',
        word: word.toLowerCase(),
        afterDot: before === '.',
        beforeParenthesis: after.startsWith('('),
      });
    } else if (taken === ';') {
      tokens.push({ kind: 'end' });
    }
    before = taken;
    rest = rest.slice(taken.length);
  }
  return tokens;
}

/** `#` begins a comment in MySQL and is an operator in Postgres; `$tag$` quotes in Postgres alone; `q'[…]'` quotes in Oracle. */
function isReadDifferently(rest: string, before: string): boolean {
  if (/^#|^\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/u.test(rest)) return true;
  if (/^\\/.test(rest)) return true;
  return rest.startsWith("'") && /^n?q$/i.test(before);
}

/** A comment that hides something from one dialect and not from another could hold a statement, or the begin of a quote. */
function isClear(comment: string): boolean {
  return !/['"`;\\$#]/.test(comment.slice(2)) && !/--/.test(comment.slice(2));
}

/** A backslash before a quote ends the quoted text in standard SQL, and does not in MySQL. */
function endsDifferently(quoted: string): boolean {
  return /(?<!\\)(?:\\\\)*\\['"`]/.test(quoted.slice(1));
}
