export const MAX_FILE_NAME_CHARACTERS = 200;
const SAFE_NAME = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N} ._()+@,=~/-]*$/u;

/** Why a text can't name a workspace file, in words a model can act on; undefined when it can. */
export function fileNameProblem(name: string): string | undefined {
  if (name.length < 1 || name.length > MAX_FILE_NAME_CHARACTERS) {
    return `A name has 1 to ${MAX_FILE_NAME_CHARACTERS} characters.`;
  }
  if (name.includes('..')) return 'A name may not hold "..".';
  if (name.includes('//') || name.endsWith('/')) return 'A name has text on both sides of each "/".';
  if (!SAFE_NAME.test(name)) {
    return 'A name begins with a letter, a digit or "_" and holds letters, digits, spaces and . _ - / ( ) + @ , = ~ only.';
  }
  return undefined;
}

/** Up to three names most like the one asked for, most alike first (shared pairs of letters; the last part counts twice). */
export function closestNames(wanted: string, names: readonly string[]): string[] {
  const likeness = (name: string) => sharedPairs(wanted, name) + sharedPairs(lastPart(wanted), lastPart(name));
  return names
    .map((name) => ({ name, alike: likeness(name) }))
    .filter(({ alike }) => alike > 0.5)
    .sort((a, b) => b.alike - a.alike || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Dice's coefficient over pairs of adjacent characters, 0 to 1. */
function sharedPairs(left: string, right: string): number {
  const leftPairs = pairsOf(left);
  const rightPairs = pairsOf(right);
  const shared = [...leftPairs].filter((pair) => rightPairs.has(pair)).length;
  return (2 * shared) / (leftPairs.size + rightPairs.size || 1);
}

function pairsOf(text: string): Set<string> {
  const folded = text.toLowerCase();
  const pairs = new Set<string>();
  for (let i = 0; i + 1 < folded.length; i++) pairs.add(folded.slice(i, i + 2));
  return pairs;
}
