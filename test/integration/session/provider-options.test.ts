import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../support/invariants.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import { openAiAnswer, startEndpoint } from '../models/endpoint.ts';

let stack: SharedStack;
let endpoint: Awaited<ReturnType<typeof startEndpoint>>;

beforeAll(async () => {
  stack = await shareStack();
  endpoint = await startEndpoint(openAiAnswer('Done.'));
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await endpoint.close();
  await stack.stop();
});

test('[request:dialect:settable] [I10] a session sends the headers and fields of its provider in its dialect, and its model’s dialect wins', async () => {
  const agentId = await stack.newAgent();
  const secret = 'header-secret-of-this-test';
  await stack.api.call('POST', '/v1/providers', {
    provider: 'openai-compatible',
    name: 'options',
    base_url: endpoint.baseUrl,
    headers: { 'x-gateway-key': secret },
    extra_body: { temperature: 0.2 },
    dialect: { stream_usage: false, max_tokens_field: 'max_completion_tokens' },
    models: [{ id: 'm', input_usd_per_mtok: 1, output_usd_per_mtok: 4, dialect: { stream_usage: true } }],
  });
  const run = await stack.api.run(agentId, { message: 'Go.', models: ['options/*'] });
  expect((await run.ended()).reason).toBe('completed');
  const [request] = endpoint.received;
  expect(request?.headers['x-gateway-key']).toBe(secret);
  expect(request?.body).toMatchObject({
    temperature: 0.2,
    stream_options: { include_usage: true },
    max_completion_tokens: expect.any(Number),
  });
  expect(request?.body.max_tokens).toBeUndefined();
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query('provider-of-test', 'SELECT row_to_json(p)::text AS stored FROM provider p', []),
  );
  expect(JSON.stringify(rows)).not.toContain(Buffer.from(secret).toString('hex'));
  expect(JSON.stringify(rows)).not.toContain(secret);
});
