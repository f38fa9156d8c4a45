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
 * How many names without brackets cost as much as one name that is compared with this glob. Globs come from users, so their cost
 * is bounded before they are used.
 */
export function globWeight(glob: string): number {
  return BEYOND_STARS.test(glob) ? Math.ceil(glob.length / 4) : 1;
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
    const characters = Array.from(name);
    return placesAfter(parsed, characters, [0]).at(-1) === characters.length;
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
  | { readonly kind: 'character'; readonly fits: (character: string) => boolean }
  | { readonly kind: 'alternatives'; readonly of: readonly (readonly Part[])[] };

/**
 * The places in a name at which a match may end that began at one of `places`, in order. All matches are followed at once, so
 * nothing is tried twice.
 */
function placesAfter(parts: readonly Part[], name: readonly string[], places: readonly number[]): readonly number[] {
  let reached = places;
  for (const part of parts) {
    const [first] = reached;
    if (first === undefined) return [];
    switch (part.kind) {
      case 'any_text':
        reached = Array.from({ length: name.length - first + 1 }, (_, n) => first + n);
        break;
      case 'character': {
        const next: number[] = [];
        for (const place of reached) {
          const character = name[place];
          if (character !== undefined && part.fits(character)) next.push(place + 1);
        }
        reached = next;
        break;
      }
      case 'alternatives': {
        const from = reached;
        const ends = new Set(part.of.flatMap((alternative) => placesAfter(alternative, name, from)));
        reached = [...ends].sort((a, b) => a - b);
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
      parts.push({ kind: 'character', fits: negated === undefined ? inside : (character) => !inside(character) });
    } else if (token === '*') parts.push({ kind: 'any_text' });
    else if (token === '?') parts.push({ kind: 'character', fits: () => true });
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
    } else parts.push({ kind: 'character', fits: (character) => character === token });
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
