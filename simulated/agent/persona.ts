/** How well a simulated model works. Routing is to find out these differences between the models. */
export interface Persona {
  /** True: the model says what it is about to do before it calls tools. */
  readonly announces: boolean;
  /** True: the model lists the workspace besides searching it. */
  readonly lists: boolean;
  /** Number of single words that the model searches for, besides the whole question. */
  readonly wordSearches: number;
  readonly maxNotesRead: number;
  readonly maxFactsNoted: number;
  readonly sentencesPerNote: number;
  /** True: the summary has headings and says what the notes have in common. */
  readonly synthesizes: boolean;
  /** In one of so many tasks, an argument has a wrong type. 0: never. */
  readonly wrongArgumentOneIn: number;
  /** In one of so many tasks, the model notes nothing in its memory. 0: never. */
  readonly skipsMemoryOneIn: number;
}

const swift: Persona = {
  announces: false,
  lists: false,
  wordSearches: 0,
  maxNotesRead: 2,
  maxFactsNoted: 1,
  sentencesPerNote: 1,
  synthesizes: false,
  wrongArgumentOneIn: 4,
  skipsMemoryOneIn: 2,
};

const scout: Persona = {
  announces: true,
  lists: false,
  wordSearches: 0,
  maxNotesRead: 4,
  maxFactsNoted: 1,
  sentencesPerNote: 2,
  synthesizes: false,
  wrongArgumentOneIn: 0,
  skipsMemoryOneIn: 0,
};

const sage: Persona = {
  announces: true,
  lists: true,
  wordSearches: 2,
  maxNotesRead: 12,
  maxFactsNoted: 3,
  sentencesPerNote: 3,
  synthesizes: true,
  wrongArgumentOneIn: 0,
  skipsMemoryOneIn: 0,
};

const personas: ReadonlyMap<string, Persona> = new Map([
  ['sim-swift', swift],
  ['sim-scout', scout],
  ['sim-sage', sage],
]);

export function personaOf(model: string): Persona {
  return personas.get(model) ?? scout;
}

/** True when a quirk strikes the task that `seed` names. A hash (FNV-1a) decides, so the same task always goes the same way. */
export function strikes(oneIn: number, seed: string): boolean {
  if (oneIn === 0) return false;
  let hash = 0x811c9dc5;
  for (let index = 0; index < seed.length; index += 1) {
    hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193) >>> 0;
  }
  // The low bits of FNV mix badly.
  return (hash >>> 12) % oneIn === 0;
}
