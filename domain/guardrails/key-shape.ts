/**
 * The share of pairs of neighbours in a match that are of different kinds (lower case, upper case, digit), out of all
 * such pairs. In random base62 it is 0.6, in random hexadecimal 0.47; in names and dates it is below 0.2, since their
 * capitals and digits stand together. Neighbours on two sides of a dash, dot or underscore are not counted.
 */
function changesOfKind(match: string): { share: number; pairs: number } {
  let pairs = 0;
  let changes = 0;
  for (let at = 1; at < match.length; at++) {
    const before = kindOf(match.charCodeAt(at - 1));
    const kind = kindOf(match.charCodeAt(at));
    if (before === undefined || kind === undefined) continue;
    pairs += 1;
    if (before !== kind) changes += 1;
  }
  return { share: pairs === 0 ? 0 : changes / pairs, pairs };
}

function kindOf(code: number): 'lower' | 'upper' | 'digit' | undefined {
  if (code >= 97 && code <= 122) return 'lower';
  if (code >= 65 && code <= 90) return 'upper';
  return code >= 48 && code <= 57 ? 'digit' : undefined;
}

const LEAST_CHANGES = 0.25;
const LEAST_PAIRS = 12;
/** No word has so many letters and a digit among them. */
const UNBROKEN = /(?=[A-Za-z]*\d)[A-Za-z0-9]{20}/;
/** No name has so many letters without a dash, a dot or an underscore. */
const UNBROKEN_LETTERS = /[A-Za-z0-9]{16}/;
/** Stand-ins as documentation has them. */
const STAND_IN =
  /x{6}|0{8}|(?:^|[-_.])(?:your|here|example|placeholder|changeme|dummy|sample|insert|replace)(?:[-_.]|$)/i;

/** True for what a generator of keys may have made, false for names, versions and dates, and for stand-ins. */
export function looksRandom(match: string): boolean {
  if (!/\d/.test(match) || STAND_IN.test(match)) return false;
  const { share, pairs } = changesOfKind(match);
  return (pairs >= LEAST_PAIRS && share >= LEAST_CHANGES) || UNBROKEN.test(match);
}

/** The same for keys with a prefix that hardly anything else begins with. */
export function looksLikeKey(match: string): boolean {
  return looksRandom(match) || (UNBROKEN_LETTERS.test(match) && !STAND_IN.test(match));
}
