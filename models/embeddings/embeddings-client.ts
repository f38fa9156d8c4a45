import { z } from 'zod';
import type { EmbeddingsSettings } from '../../processes/embeddings-settings.ts';

/** A request for vectors that gave none. It quotes nothing that the end point said (I10). */
export class EmbeddingsError extends Error {
  readonly code: 'embeddings.refused' | 'embeddings.unreachable' | 'embeddings.timed_out' | 'embeddings.malformed';
  /** The HTTP status, where there was one. */
  readonly status: number | undefined;
  constructor(code: EmbeddingsError['code'], status?: number) {
    super(`The embeddings end point gave no vectors (${code}${status === undefined ? '' : `, status ${status}`}).`);
    this.name = 'EmbeddingsError';
    this.code = code;
    this.status = status;
  }
}

/** Makes a vector for each text, in their order. @throws EmbeddingsError */
export type Embed = (texts: readonly string[], signal: AbortSignal) => Promise<number[][]>;

/** Longer vectors do not fit into a page of Postgres with room to spare, and no common model makes them. */
const MAX_NUMBERS = 8_192;

const vectorSchema = z.array(z.number()).min(1).max(MAX_NUMBERS);
const answerSchema = z.object({ data: z.array(z.object({ index: z.int(), embedding: vectorSchema })) });

/**
 * A client of an end point that speaks the embeddings protocol of OpenAI, as Ollama, Text Embeddings Inference, llama.cpp and
 * vLLM do. It does not repeat a request.
 * @param fetch bounds the bytes of an answer
 */
export function createEmbeddingsClient(deps: {
  readonly fetch: typeof globalThis.fetch;
  readonly settings: Pick<EmbeddingsSettings, 'url' | 'model' | 'apiKey'>;
}): Embed {
  const { url, model, apiKey } = deps.settings;
  const authorization = apiKey === undefined ? undefined : { authorization: `Bearer ${apiKey}` };

  return async (texts, signal) => {
    const response = await deps
      .fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization },
        body: JSON.stringify({ model, input: texts, encoding_format: 'float' }),
        signal,
      })
      .catch(() => {
        throw new EmbeddingsError(signal.aborted ? 'embeddings.timed_out' : 'embeddings.unreachable');
      });
    if (!response.ok) {
      await response.body?.cancel().catch(() => undefined);
      throw new EmbeddingsError('embeddings.refused', response.status);
    }
    const body: unknown = await response.json().catch(() => {
      throw new EmbeddingsError(signal.aborted ? 'embeddings.timed_out' : 'embeddings.malformed');
    });
    return vectorsIn(body, texts.length);
  };
}

function vectorsIn(body: unknown, texts: number): number[][] {
  const parsed = answerSchema.safeParse(body);
  const vectors = new Map(parsed.data?.data.map(({ index, embedding }) => [index, embedding]));
  const inOrder = Array.from({ length: texts }, (_, index) => vectors.get(index) ?? []);
  const length = inOrder[0]?.length ?? 0;
  if (length > 0 && inOrder.every((vector) => vector.length === length)) return inOrder;
  throw new EmbeddingsError('embeddings.malformed');
}
