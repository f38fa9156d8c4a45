/** How well a simulated model works: the differences between the models that routing is to find out. */
export interface Persona {
  /** Says what it is about to do before it calls tools. */
  readonly announces: boolean;
  /** Lists the workspace besides searching it. */
  readonly lists: boolean;
  /** Searches for single words besides the whole question. */
  readonly wordSearches: number;
  readonly maxNotesRead: number;
  readonly maxFactsNoted: number;
  readonly sentencesPerNote: number;
  /** Adds what the notes have in common, and a file with structure. */
  readonly synthesizes: boolean;
  /** One task in this many has a wrong-typed argument; 0: none. */
  readonly wrongArgumentOneIn: number;
  /** One task in this many leaves no memory; 0: none. */
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

/** Whether a quirk strikes this task: FNV-1a, so that the same task always goes the same way. */
export function strikes(oneIn: number, seed: string): boolean {
  if (oneIn === 0) return false;
  let hash = 0x811c9dc5;
  for (let index = 0; index < seed.length; index += 1) {
    hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193) >>> 0;
  }
  // FNV's low bits mix badly.
  return (hash >>> 12) % oneIn === 0;
}
