import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { parseJsonBody, readBody, sendJson } from '../http-io.ts';
import { embeddingOf, SIMULATED_EMBEDDINGS } from './embedding-of.ts';

const MAX_CHARACTERS = 32_768;
const requestSchema = z.object({
  model: z.string(),
  input: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(2_048)]),
  encoding_format: z.literal('float').default('float'),
});

/** Answers a request for embeddings in the protocol of OpenAI. */
export async function answerEmbeddings(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body = await readBody(req);
  const parsed = requestSchema.safeParse(body === undefined ? undefined : parseJsonBody(body));
  if (!parsed.success) return refuse(res, 400, 'The request is none for embeddings.', 'invalid_request');
  const { model, input } = parsed.data;
  const length = SIMULATED_EMBEDDINGS.get(model);
  if (length === undefined) return refuse(res, 404, `The model '${model}' does not exist.`, 'model_not_found');
  const texts = typeof input === 'string' ? [input] : input;
  if (texts.some((text) => text.length > MAX_CHARACTERS)) {
    return refuse(res, 400, 'An input is longer than the model reads.', 'context_length_exceeded');
  }
  const tokens = texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
  sendJson(res, 200, {
    object: 'list',
    model,
    data: texts.map((text, index) => ({ object: 'embedding', index, embedding: embeddingOf(text, length) })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}

function refuse(res: ServerResponse, status: number, message: string, code: string): void {
  sendJson(res, status, { error: { message, type: 'invalid_request_error', param: null, code } });
}
