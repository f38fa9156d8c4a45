/**
 * Vectors of texts. An embedding model gives texts of similar meaning similar vectors, so a fact may be found that has no word
 * of the question.
 */

/** A text's vector as it is stored. */
export interface StoredVector {
  /** One bit for each number of the vector: 1 where it is positive. Postgres compares bits faster than numbers. */
  readonly signs: string;
  readonly vector: readonly number[];
}

/** The vectors that may be compared with each other: those of one model, with one length. */
export interface VectorSpace {
  readonly id: string;
  /** The similarity that this model finds between sentences that have nothing to do with each other. Models differ much in this. */
  readonly unrelated: number;
}

/** The vector of a question, with what is needed to compare it with facts. */
export interface AskedVector extends StoredVector {
  readonly space: VectorSpace;
}

/** The vector that facts are compared with: a given one, or the one that a session has kept for a text. */
export type Asked =
  | { readonly kind: 'given'; readonly vector: AskedVector }
  | { readonly kind: 'of_session'; readonly sessionId: string; readonly text: string };

/** The ways in which a fact was found. */
export type FoundBy = 'words' | 'meaning';

/** The ways in which the memory was searched. */
export type MemorySearch = 'words' | 'words_and_meaning';

/** Embedding models read no more than some hundred tokens well, and some servers refuse longer texts. */
const EMBEDDED_CHARACTERS = 2_000;

/** As much of a text as its vector is made of: the beginning, and of a longer text the end as well. */
export function embeddedText(text: string): string {
  const whole = text.trim();
  if (whole.length <= EMBEDDED_CHARACTERS) return whole;
  const half = EMBEDDED_CHARACTERS / 2;
  return `${whole.slice(0, half)}\n${whole.slice(-half)}`.toWellFormed();
}

export function storedVector(vector: readonly number[]): StoredVector {
  return { signs: vector.map((value) => (value > 0 ? '1' : '0')).join(''), vector };
}

/** The cosine of the angle between two vectors of the same length: 1 for the same direction, 0 for nothing in common. */
export function similarityOf(a: readonly number[], b: readonly number[]): number {
  let product = 0;
  let lengthOfA = 0;
  let lengthOfB = 0;
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    product += value * other;
    lengthOfA += value * value;
    lengthOfB += other * other;
  }
  return product / Math.sqrt(lengthOfA * lengthOfB);
}

/** The mean similarity of each two of these vectors, at most 0.95. */
export function meanSimilarity(vectors: readonly (readonly number[])[]): number {
  const pairs = vectors.flatMap((a, index) => vectors.slice(index + 1).map((b) => similarityOf(a, b)));
  const mean = pairs.reduce((sum, each) => sum + each, 0) / pairs.length;
  return Math.min(0.95, Math.max(0, mean));
}

/** The vector that a session may have kept for a text. Undefined: there is no text. */
export function askedInSession(sessionId: string, text = ''): Asked | undefined {
  const embedded = embeddedText(text);
  return embedded === '' ? undefined : { kind: 'of_session', sessionId, text: embedded };
}
