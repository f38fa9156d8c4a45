const WILD = /[*?[\]{}]/;
const BEYOND_STARS = /[?[\]{}]/;

/** True for a glob that may match more than one name. */
export function isWild(glob: string): boolean {
  return WILD.test(glob);
}

/** The number of characters that a glob says and that every name which matches it has. */
export function literalLength(glob: string): number {
  if (!WILD.test(glob)) return glob.length;
  // Each open brace has the length before it, that of its present alternative, and that of its shortest one so far.
  const open: { before: number; shortest: number }[] = [];
  let length = 0;
  for (const [token] of glob.matchAll(/\[[^\]]+\]|[\s\S]/g)) {
    const brace = open.at(-1);
    if (token === '{') {
      open.push({ before: length, shortest: Number.POSITIVE_INFINITY });
      length = 0;
    } else if (brace !== undefined && (token === ',' || token === '}')) {
      brace.shortest = Math.min(brace.shortest, length);
      length = token === ',' ? 0 : brace.before + brace.shortest;
      if (token === '}') open.pop();
    } else if (token.length === 1 && token !== '*' && token !== '?') {
      length += 1;
    }
  }
  return open.length > 0 ? glob.length : length;
}

/** The glob that matches this name and no other. */
export function literalGlob(name: string): string {
  return name.replace(/[*?[{]/g, '[$&]');
}

/** The beginning of a glob that every name has which it matches. */
export function literalPrefix(glob: string): string {
  const wild = glob.search(WILD);
  return wild === -1 ? glob : glob.slice(0, wild);
}

/**
 * The cost of a comparison of this glob with a name, in comparisons of `*text*`. Globs come from users, so their cost is bounded
 * before they are used.
 */
export function globWeight(glob: string): number {
  return BEYOND_STARS.test(glob)
    ? 20 + Math.ceil(glob.length / 8)
    : Math.max(1, Math.floor(glob.split('*').length / 2));
}

/**
 * Tells whether the glob matches the name of a tool. `*` stands for any text, slashes included, and `?` for one character;
 * `[a-z]`, `[!a-z]` and `{a,b}` are known too. A comparison takes at most the characters of the glob times those of the name.
 */
export function globMatcher(glob: string): (name: string) => boolean {
  if (!WILD.test(glob)) return (name) => name === glob;
  if (!BEYOND_STARS.test(glob)) return starMatcher(glob);
  const parsed = parsedGlob(glob);
  // The brackets are unbalanced: the glob is taken literally.
  if (parsed === undefined) return (name) => name === glob;
  return (name) => {
    const places = placesOf(name);
    return (placesAfter(parsed, places, 1n) & places.end) !== 0n;
  };
}

/** Most globs have stars alone. The texts between them are looked for in turn. */
function starMatcher(glob: string): (name: string) => boolean {
  const [first = '', ...others] = glob.split('*');
  const last = others.pop() ?? '';
  return (name) => {
    if (!name.startsWith(first)) return false;
    let at = first.length;
    for (const text of others) {
      const found = name.indexOf(text, at);
      if (found === -1) return false;
      at = found + text.length;
    }
    return name.length - last.length >= at && name.endsWith(last);
  };
}

type Part =
  | { readonly kind: 'any_text' }
  /** `says` is the part of the glob. */
  | { readonly kind: 'character'; readonly says: string; readonly fits: (character: string) => boolean }
  | { readonly kind: 'alternatives'; readonly of: readonly (readonly Part[])[] };

/** The places of a name, before each of its characters and behind the last one, as the bits of numbers. */
interface Places {
  readonly all: bigint;
  readonly end: bigint;
  /** The places before the characters that fit. */
  before(fits: Part & { kind: 'character' }): bigint;
}

function placesOf(name: string): Places {
  const characters = Array.from(name);
  const end = 1n << BigInt(characters.length);
  const before = (fits: (character: string) => boolean) =>
    characters.reduce((places, character, at) => (fits(character) ? places | (1n << BigInt(at)) : places), 0n);
  const known = new Map<string, bigint>();
  return {
    all: 2n * end - 1n,
    end,
    before({ says, fits }) {
      const places = known.get(says) ?? before(fits);
      known.set(says, places);
      return places;
    },
  };
}

/**
 * The places at which a match may end that began at one of `from`. All matches are followed at once, so each part of a glob is
 * looked at once.
 */
function placesAfter(parts: readonly Part[], name: Places, from: bigint): bigint {
  let reached = from;
  for (const part of parts) {
    if (reached === 0n) return 0n;
    switch (part.kind) {
      case 'any_text':
        // Every place from the first one on.
        reached = name.all ^ ((reached & -reached) - 1n);
        break;
      case 'character':
        reached = (reached & name.before(part)) << 1n;
        break;
      case 'alternatives': {
        const starts = reached;
        reached = part.of.reduce((ends, alternative) => ends | placesAfter(alternative, name, starts), 0n);
        break;
      }
    }
  }
  return reached;
}

/** @returns undefined when brackets are unbalanced, or a range is the wrong way round */
function parsedGlob(glob: string): readonly Part[] | undefined {
  const whole: Part[] = [];
  let parts = whole;
  const open: { readonly outer: Part[]; readonly of: Part[][] }[] = [];
  for (const [token, negated, set] of glob.matchAll(/\[([!^])?([^\]]+)\]|[\s\S]/gu)) {
    const brace = open.at(-1);
    if (set !== undefined) {
      const inside = setMatcher(Array.from(set));
      if (inside === undefined) return undefined;
      const fits = negated === undefined ? inside : (character: string) => !inside(character);
      parts.push({ kind: 'character', says: token, fits });
    } else if (token === '*') parts.push({ kind: 'any_text' });
    else if (token === '?') parts.push({ kind: 'character', says: token, fits: () => true });
    else if (token === '{') {
      const first: Part[] = [];
      open.push({ outer: parts, of: [first] });
      parts = first;
    } else if (token === ',' && brace !== undefined) {
      parts = [];
      brace.of.push(parts);
    } else if (token === '}' && brace !== undefined) {
      brace.outer.push({ kind: 'alternatives', of: brace.of });
      parts = brace.outer;
      open.pop();
    } else parts.push({ kind: 'character', says: token, fits: (character) => character === token });
  }
  return open.length > 0 ? undefined : whole;
}

/** Reads `a-z_`. A hyphen at either end stands for itself. @returns undefined for a range that is the wrong way round */
function setMatcher(set: readonly string[]): ((character: string) => boolean) | undefined {
  const ranges: (readonly [from: number, to: number])[] = [];
  for (let at = 0; at < set.length; at++) {
    const from = codeOf(set[at]);
    const isRange = set[at + 1] === '-' && at + 2 < set.length;
    const to = isRange ? codeOf(set[at + 2]) : from;
    if (from > to) return undefined;
    ranges.push([from, to]);
    if (isRange) at += 2;
  }
  return (character) => {
    const code = codeOf(character);
    return ranges.some(([from, to]) => from <= code && code <= to);
  };
}

function codeOf(character = ''): number {
  return character.codePointAt(0) ?? 0;
}
