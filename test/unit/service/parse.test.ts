import { expect, test } from 'vitest';
import { bootstrapRequestSchema } from '../../../contract/agents.ts';
import { inboxEventSchema } from '../../../contract/inbox.ts';
import { mcpServerRequestSchema } from '../../../contract/mcp.ts';
import { runRequestSchema } from '../../../contract/runs.ts';
import { parseInput } from '../../../service/verb/parse.ts';
import { ServiceError } from '../../../service/verb/service-error.ts';

function refusalOf(run: () => unknown): { code: string; param: string | undefined; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof ServiceError) return { code: error.code, param: error.param, message: error.message };
  }
  throw new Error('It was not refused.');
}

test('an unknown field is refused by name', () => {
  const refusal = refusalOf(() => parseInput(runRequestSchema, { message: 'x', max_turn: 3 }));
  expect(refusal).toMatchObject({ code: 'unknown_field', param: 'max_turn' });
});

test('a missing field is said to be required', () => {
  const refusal = refusalOf(() => parseInput(bootstrapRequestSchema, {}));
  expect(refusal).toEqual({ code: 'invalid_request', param: 'agent_id', message: '"agent_id": is required.' });
});

test('a wrong type names the field', () => {
  expect(refusalOf(() => parseInput(runRequestSchema, { message: 5 }))).toMatchObject({ param: 'message' });
  expect(refusalOf(() => parseInput(runRequestSchema, { message: 'x', models: ['a', 7] }))).toMatchObject({
    param: 'models.1',
  });
});

test.each([undefined, null, [], 'text', 7])('the body %j is refused because it is not an object', (body) => {
  expect(refusalOf(() => parseInput(runRequestSchema, body))).toEqual({
    code: 'invalid_request',
    param: undefined,
    message: 'The body must be a JSON object.',
  });
});

test('text over the limit, which counts bytes of UTF-8, is refused as too large', () => {
  const atLimit = 'ä'.repeat(128 * 1024);
  expect(parseInput(runRequestSchema, { message: atLimit }).message).toBe(atLimit);
  const refusal = refusalOf(() => parseInput(runRequestSchema, { message: `${atLimit}a` }));
  expect(refusal).toMatchObject({ code: 'message_too_large', param: 'message' });
});

test('a field of one kind of event is unknown in another', () => {
  const refusal = refusalOf(() => parseInput(inboxEventSchema, { type: 'user.interrupt', text: 'x' }));
  expect(refusal).toMatchObject({ code: 'unknown_field', param: 'text' });
});

test('a server over HTTP needs a url, and one over stdio a command', () => {
  expect(refusalOf(() => parseInput(mcpServerRequestSchema, { name: 'a', transport: 'sse' })).param).toBe('url');
  expect(refusalOf(() => parseInput(mcpServerRequestSchema, { name: 'a', transport: 'stdio' })).param).toBe('command');
});

/** Counts how often a field of a wrong input is read. */
function countReads(images: number): { readonly input: unknown; readonly reads: () => number } {
  let reads = 0;
  const read = () => {
    reads += 1;
    return 1;
  };
  const image = () => Object.defineProperty({}, 'data', { enumerable: true, get: read });
  return { input: { message: 'x', images: Array.from({ length: images }, image) }, reads: () => reads };
}

test('[bounds:work:first-wrong-field] of a large body no more is checked behind its first wrong field, and a small one is checked whole', () => {
  const large = countReads(10_000);
  expect(refusalOf(() => parseInput(runRequestSchema, large.input))).toMatchObject({ param: 'images.0.data' });
  // Its values were counted, up to some thousand.
  expect(large.reads()).toBeLessThan(3_000);
  // The field that is unknown is named before the one that is missing.
  const misspelt = { mesage: 'x', images: [] };
  expect(refusalOf(() => parseInput(runRequestSchema, misspelt))).toMatchObject({ param: 'mesage' });
});

test('[bounds:work:first-wrong-field] of 50,000 unknown fields the first is named', () => {
  const unknown = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`field_${n}`, n]));
  const refusal = refusalOf(() => parseInput(runRequestSchema, { message: 'x', ...unknown }));
  expect(refusal).toMatchObject({ code: 'unknown_field', param: 'field_0' });
});
