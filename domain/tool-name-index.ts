import { globMatcher, globWeight, isWild, literalPrefix } from './name-globs.ts';
import type { ToolNames } from './tool-names.ts';

/** The names that a glob is compared with: all names of a tool, or only the one that models see. */
export type ComparedNames = 'any' | 'model';

/** The names of the tools of a tenant, in which globs look up theirs. */
export interface ToolNameIndex {
  /** The tools that a glob names, as their places in the list, in order. */
  matching(glob: string, names?: ComparedNames): readonly number[];
  /** The cost of that: the number of names that a glob is compared with, by its weight. A whole name costs nothing. */
  comparisons(glob: string, names?: ComparedNames): number;
}

interface Entry {
  readonly name: string;
  readonly tool: number;
}

/** A glob is compared only with names that begin like it. */
export function indexToolNames(tools: readonly ToolNames[]): ToolNameIndex {
  const sorted = {
    any: sortedEntries(tools.flatMap((names, tool) => allNames(names).map((name) => ({ name, tool })))),
    model: sortedEntries(tools.map(({ model }, tool) => ({ name: model, tool }))),
  };
  const candidates = (glob: string, names: ComparedNames): readonly Entry[] => {
    const prefix = literalPrefix(glob);
    const entries = sorted[names];
    const from = firstAtLeast(entries, prefix);
    let to = prefix === '' ? entries.length : firstAtLeast(entries, prefix, (name) => name.startsWith(prefix));
    if (!isWild(glob)) {
      to = from;
      while (entries[to]?.name === glob) to += 1;
    }
    return entries.slice(from, to);
  };
  return {
    matching(glob, names = 'any') {
      const matches = globMatcher(glob);
      const found = new Uint8Array(tools.length);
      for (const { name, tool } of candidates(glob, names)) if (matches(name)) found[tool] = 1;
      const places: number[] = [];
      for (let at = found.indexOf(1); at !== -1; at = found.indexOf(1, at + 1)) places.push(at);
      return places;
    },
    comparisons: (glob, names = 'any') => (isWild(glob) ? candidates(glob, names).length * globWeight(glob) : 0),
  };
}

function allNames({ qualified, own, model }: ToolNames): readonly string[] {
  return [...new Set([qualified, own ?? model, model])];
}

function sortedEntries(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.tool - b.tool));
}

/** The place of the first entry that is neither before `text` nor, with `isStillBefore`, one of those. */
function firstAtLeast(entries: readonly Entry[], text: string, isStillBefore?: (name: string) => boolean): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const name = entries[middle]?.name ?? '';
    if (name < text || isStillBefore?.(name)) low = middle + 1;
    else high = middle;
  }
  return low;
}
