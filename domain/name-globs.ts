import { RE2JS } from 're2js';

const WILD = /[*?[\]{}]/;
const BEYOND_STARS = /[?[\]{}]/;

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
 * Tells whether one of the globs matches the name of a tool or the id of a model. `*` stands for any text, slashes
 * included, and `?` for one character; `[a-z]`, `[!a-z]` and `{a,b}` are known too. Globs come from users, so they are
 * matched in linear time. An empty list matches nothing.
 */
export function globMatcher(globs: readonly string[]): (name: string) => boolean {
  const literals = new Set<string>();
  const matchers: ((name: string) => boolean)[] = [];
  for (const glob of globs) {
    if (!WILD.test(glob)) literals.add(glob);
    else if (!BEYOND_STARS.test(glob)) matchers.push(starMatcher(glob));
    else {
      const pattern = compiledGlob(glob);
      matchers.push((name) => pattern.matches(name));
    }
  }
  return (name) => literals.has(name) || matchers.some((matches) => matches(name));
}

/** Most globs have stars alone. The texts between them are looked for in turn, which a pattern takes a hundred times as long for. */
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

function compiledGlob(glob: string): RE2JS {
  try {
    return RE2JS.compile(regexOfGlob(glob), RE2JS.DOTALL);
  } catch {
    // The brackets are unbalanced: the glob is taken literally.
    return RE2JS.compile(RE2JS.quote(glob));
  }
}

function regexOfGlob(glob: string): string {
  let depth = 0;
  return glob.replace(/\[(!|\^)?([^\]]+)\]|[\s\S]/g, (token, negated: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${negated ? '^' : ''}${set.replace(/[\\[\]^]/g, '\\$&')}]`;
    if (token === '*') return '.*';
    if (token === '?') return '.';
    if (token === '{') {
      depth += 1;
      return '(?:';
    }
    if (token === '}' && depth > 0) {
      depth -= 1;
      return ')';
    }
    if (token === ',' && depth > 0) return '|';
    return RE2JS.quote(token);
  });
}
