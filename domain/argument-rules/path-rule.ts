import { withoutControls } from './unclear-text.ts';

/** A path as the list of its names, from a root, from a drive, or from wherever the tool is. */
interface NormalPath {
  /** `/`, a drive as `C:/`, or nothing. */
  readonly root: string;
  readonly names: readonly string[];
}

/** A path that was encoded more than once is decoded at most so often. */
const MOST_DECODINGS = 4;

/**
 * Says why a value is not a path below one of the prefixes. Nobody knows how a tool reads a path: whether it decodes `%2e`, takes a
 * backslash for a separator, or full-width characters for plain ones. So the path must be below a prefix in every reading.
 * A link in a file system can still lead elsewhere. That is for the server of the tool to prevent.
 */
export function pathProblem(value: unknown, prefixes: readonly string[]): string | undefined {
  const wanted = `it must be a path below ${prefixes.join(' or ')}`;
  if (typeof value !== 'string') return wanted;
  const readings = readingsOf(value);
  if (readings === undefined) return `${wanted}, and this one can be read in more than one way`;
  const allowed = prefixes.map((prefix) => normalPath(prefix, /[/\\]/));
  const isBelow = (path: NormalPath | undefined) =>
    path !== undefined && allowed.some((prefix) => prefix !== undefined && startsWith(path, prefix));
  return readings.every(isBelow) ? undefined : wanted;
}

/** Says why a text can be no prefix of paths. */
export function prefixProblem(prefix: string): string | undefined {
  const readings = readingsOf(prefix);
  const plain = normalPath(prefix, /[/\\]/);
  if (readings === undefined || plain === undefined || prefix.includes('%'))
    return 'has parts that can be read in several ways';
  if (plain.root === '' && plain.names.length === 0) return 'names no folder';
  return plain.names.includes('..') ? 'leads out of the folder it starts in' : undefined;
}

/** Undefined: it cannot be judged. */
function readingsOf(text: string): (NormalPath | undefined)[] | undefined {
  const texts = spellingsOf(text);
  if (texts === undefined || texts.some((each) => !withoutControls(each) || /\$\(|`/.test(each))) return undefined;
  return texts.flatMap((each) => [normalPath(each, /\//), normalPath(each, /[/\\]/)]);
}

/** The text as it is, and what it becomes when it is decoded and its compatible characters are folded. */
function spellingsOf(text: string): string[] | undefined {
  const texts = new Set<string>();
  let next = text;
  for (let round = 0; round <= MOST_DECODINGS; round++) {
    texts.add(next);
    texts.add(next.normalize('NFKC'));
    const decoded = percentDecoded(next.normalize('NFKC'));
    if (decoded === undefined) return undefined;
    if (decoded === next) return [...texts];
    next = decoded;
  }
  return undefined;
}

/** Undefined: its bytes are no UTF-8, or it is encoded in a way of its own (`%u002e`). */
function percentDecoded(text: string): string | undefined {
  if (/%u[0-9a-f]{4}/i.test(text)) return undefined;
  try {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => decodeURIComponent(bytes));
  } catch {
    return undefined;
  }
}

/** Undefined: it cannot be judged, because a name in it may stand for the folder above. */
function normalPath(text: string, separator: RegExp): NormalPath | undefined {
  const drive = /^[a-z]:[/\\]/i.exec(text)?.[0];
  const absolute = separator.test(text.charAt(0));
  const root = drive === undefined ? (absolute ? '/' : '') : `${drive.slice(0, 2)}/`;
  const names: string[] = [];
  for (const name of text.slice(drive?.length ?? 0).split(separator)) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (names.length > 0 && names.at(-1) !== '..') names.pop();
      else if (root === '') names.push(name);
    } else if (mayLeadUp(name)) {
      return undefined;
    } else {
      names.push(name);
    }
  }
  return { root, names };
}

/** Windows drops dots and spaces at the end of a name; shells expand braces; some servers cut a name at a semicolon. */
function mayLeadUp(name: string): boolean {
  return (name.includes('.') && /^[. ]+$/.test(name)) || /(?:^|[{},;:|])\.\.(?:$|[{},;:|])/.test(name);
}

function startsWith(path: NormalPath, prefix: NormalPath): boolean {
  return path.root === prefix.root && prefix.names.every((name, index) => path.names[index] === name);
}
