export const MAX_FILE_NAME_CHARACTERS = 200;
const SAFE_NAME = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N} ._()+@,=~/-]*$/u;

/** Why a text cannot name a workspace file, in words that a model can act on. Undefined when it can. */
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

/**
 * Up to three names that are most like the wanted one, the best first. They are compared by pairs of letters, and the
 * last part of a name counts twice.
 */
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

/** Dice's coefficient of the pairs of adjacent characters, from 0 to 1. */
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
