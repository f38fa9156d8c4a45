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
