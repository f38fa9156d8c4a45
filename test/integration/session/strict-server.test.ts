import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { RefusedRequest } from '../../../simulated/conversation.ts';
import { openAiChat } from '../../../simulated/protocols/openai-chat.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import { eventStream, openAiAnswer, openAiFinish, startEndpoint } from '../models/endpoint.ts';

let stack: SharedStack;
let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
/** Why requests were refused. */
const refusals: string[] = [];
/** Called before the first request is answered. */
let whileAnswering: () => Promise<unknown>;
let answered = 0;

/** Why a server with a strict template refuses a request. Undefined: it takes it. */
function refusalOfChat(body: unknown): string | undefined {
  try {
    openAiChat.read({ body, bodyBytes: 0, header: () => undefined, template: 'strict' });
    return undefined;
  } catch (error) {
    if (!(error instanceof RefusedRequest)) throw error;
    return error.message;
  }
}

beforeAll(async () => {
  stack = await shareStack();
  endpoint = await startEndpoint(async (response, { body }) => {
    const refusal = refusalOfChat(body);
    if (refusal !== undefined) {
      refusals.push(refusal);
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ object: 'error', message: refusal, type: 'invalid_request_error' }));
      return;
    }
    const turn = answered++;
    if (turn === 0) await whileAnswering();
    if (turn >= 3) return openAiAnswer('Done.')(response, { body, url: '', text: '', headers: {} });
    const send = eventStream(response);
    const calls = ['0', '1'].map((id, index) => ({
      index,
      id,
      type: 'function',
      function: { name: 'workspace_read', arguments: `{"name":"not-there-${turn}.md"}` },
    }));
    send({ id: 'c', choices: [{ index: 0, delta: { tool_calls: calls } }] });
    send(openAiFinish('tool_calls'));
    response.end('data: [DONE]\n\n');
  });
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await endpoint.close();
  await stack.stop();
});

test('[request:strict:no-refusal] a steered tool loop with memory runs on a server with a strict template and a strict schema, without any setting', async () => {
  const agentId = await stack.newAgent();
  await stack.api.call('POST', `/v1/memory/entries?agent_id=${agentId}`, { fact: 'The user keeps bees.' });
  await stack.api.call('POST', '/v1/providers', {
    provider: 'openai-compatible',
    name: 'strict',
    base_url: endpoint.baseUrl,
    models: [{ id: 'm', input_usd_per_mtok: 1, output_usd_per_mtok: 4, capabilities: ['tools'] }],
  });
  let sessionId: string | undefined;
  const steered = new Promise<void>((done) => {
    whileAnswering = async () => {
      await started;
      await stack.api.steer(agentId, sessionId ?? '', { type: 'user.message', text: 'Look at hive 3 first.' });
      done();
    };
  });
  let markStarted: () => void = () => {};
  const started = new Promise<void>((done) => {
    markStarted = done;
  });
  const run = await stack.api.run(agentId, { message: 'Look.', models: ['strict/*'] });
  sessionId = run.sessionId;
  markStarted();
  await steered;
  expect((await run.ended()).reason).toBe('completed');

  // Once each, and none was an attempt that the run could see.
  expect(refusals).toEqual([
    'body.stream_options: Extra inputs are not permitted',
    "Unexpected role 'user' after role 'tool'",
  ]);
  expect(run.ofType('br.model_selected').map(({ reason }) => reason)).not.toContain('failover');
  const accepted = endpoint.received.filter(({ body }) => refusalOfChat(body) === undefined);
  expect(accepted).toHaveLength(4);
  for (const { body } of accepted.slice(1)) expect(JSON.stringify(body.messages)).toContain('Look at hive 3 first.');
  for (const { body } of accepted) expect(body.messages.at(-1).content).toContain('keeps bees');
});
