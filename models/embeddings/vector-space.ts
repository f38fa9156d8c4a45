import { meanSimilarity, type VectorSpace } from '../../domain/meaning.ts';

/** Sentences that have nothing to do with each other. */
const UNRELATED = [
  'The ferry to the island leaves at half past six.',
  'She tuned the violin before the concert.',
  'Invoices are paid within thirty days.',
  'Wolves returned to the forest last winter.',
  'The compiler warns about an unused variable.',
  'Grandmother bakes bread with rye flour.',
  'His knee hurt after the football match.',
  'The museum shows paintings of the sixteenth century.',
];

/**
 * Measures the space in which a model puts its vectors: their length, and how similar the model finds unrelated sentences. For
 * some models that is 0.05, for others 0.8, so no fixed number tells whether two texts are close.
 * @throws EmbeddingsError
 */
export async function measureSpace(
  embed: (texts: readonly string[]) => Promise<number[][]>,
  model: string,
): Promise<VectorSpace> {
  const vectors = await embed(UNRELATED);
  return { id: `${model}/${vectors[0]?.length ?? 0}`, unrelated: meanSimilarity(vectors) };
}
