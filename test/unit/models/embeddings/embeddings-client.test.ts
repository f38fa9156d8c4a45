import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEmbeddingsClient, type EmbeddingsError } from '../../../../models/embeddings/embeddings-client.ts';
import { type EmbeddingsEndpoint, startEmbeddingsEndpoint } from '../../../fixtures/models/embeddings-endpoint.ts';

let endpoint: EmbeddingsEndpoint;
beforeAll(async () => {
  endpoint = await startEmbeddingsEndpoint();
});
afterAll(() => endpoint.stop());

const ask = (texts: readonly string[], { url = `${endpoint.url}/embeddings`, timeoutMs = 5_000 } = {}) =>
  createEmbeddingsClient({ fetch, settings: { url, model: 'm', apiKey: 'k' } })(texts, AbortSignal.timeout(timeoutMs));
const failure = async (answer: EmbeddingsEndpoint['answer'], options?: Parameters<typeof ask>[1]) => {
  endpoint.answer = answer;
  return ask(['a', 'b'], options).then(
    () => 'none',
    ({ code, status }: EmbeddingsError) => (status === undefined ? code : `${code} ${status}`),
  );
};

test('vectors come in the order of their texts, whatever the order of the answer', async () => {
  endpoint.answer = () => ({
    body: {
      object: 'list',
      data: [
        { index: 1, embedding: [0, 1], object: 'embedding' },
        { index: 0, embedding: [1, 0] },
      ],
    },
  });
  expect(await ask(['a', 'b'])).toEqual([
    [1, 0],
    [0, 1],
  ]);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['no list', { data: {} }],
  ['too few vectors', { data: [{ index: 0, embedding: [1] }] }],
  [
    'one index twice',
    {
      data: [
        { index: 0, embedding: [1] },
        { index: 0, embedding: [1] },
      ],
    },
  ],
  [
    'vectors of different lengths',
    {
      data: [
        { index: 0, embedding: [1] },
        { index: 1, embedding: [1, 2] },
      ],
    },
  ],
  [
    'empty vectors',
    {
      data: [
        { index: 0, embedding: [] },
        { index: 1, embedding: [] },
      ],
    },
  ],
  [
    'numbers that are none',
    {
      data: [
        { index: 0, embedding: [null] },
        { index: 1, embedding: [1] },
      ],
    },
  ],
  [
    'base64',
    {
      data: [
        { index: 0, embedding: 'AACAPw==' },
        { index: 1, embedding: 'AACAPw==' },
      ],
    },
  ],
  ['an error with status 200', { error: { message: 'no' } }],
])('an answer with %s is malformed', async (_, body) => {
  expect(await failure(() => ({ body }))).toBe('embeddings.malformed');
});

test.each([400, 401, 404, 413, 429, 500, 503])('status %i is told apart', async (status) => {
  expect(await failure(() => status)).toBe(`embeddings.refused ${status}`);
});

test('an end point that says nothing, or is not there, is given up', async () => {
  expect(await failure(() => 'hang', { timeoutMs: 50 })).toBe('embeddings.timed_out');
  expect(await failure(() => 200, { url: 'http://127.0.0.1:1/v1/embeddings' })).toBe('embeddings.unreachable');
});
