import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../support/invariants.ts';
import { kindOfProtocol } from '../../support/kind-of-protocol.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';
import type { WireShape } from '../../wire-shapes/wire-shape.ts';
import { wireShapes } from '../../wire-shapes/wire-shapes.ts';
import { anthropicAnswer, googleAnswer, openAiAnswer, startEndpoint } from '../models/endpoint.ts';

let stack: SharedStack;
let agentId: string;
let endpoint: Awaited<ReturnType<typeof startEndpoint>>;

/** The shape that the next request is answered with. All further requests get a plain answer. */
let next: WireShape | undefined;

const text = { start: { type: 'text', text: '' }, deltas: [{ type: 'text_delta', text: 'Done.' }] };
const plain = {
  'openai-chat': openAiAnswer('Done.'),
  'anthropic-messages': anthropicAnswer([text], 'end_turn'),
  'google-generate': googleAnswer([{ text: 'Done.' }]),
};

beforeAll(async () => {
  stack = await shareStack();
  agentId = await stack.newAgent();
  endpoint = await startEndpoint((response, request) => {
    const shape = next;
    next = undefined;
    if (shape === undefined) {
      plain[protocolOf(request.url)](response, request);
      return;
    }
    response.writeHead(200, { 'content-type': shape.contentType ?? 'text/event-stream' });
    for (const piece of shape.body) response.write(piece);
    if (shape.afterwards === 'reset') setImmediate(() => response.socket?.resetAndDestroy());
    if (shape.afterwards === undefined) response.end();
  });
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await endpoint.close();
  await stack.stop();
});

const protocolOf = (url: string) =>
  url.includes('/messages') ? 'anthropic-messages' : url.includes('/chat/') ? 'openai-chat' : 'google-generate';

/** A run whose first request is answered with the shape. */
async function runWith(shape: WireShape) {
  const name = `shape-${randomBytes(4).toString('hex')}`;
  await stack.api.call('POST', '/v1/providers', {
    provider: kindOfProtocol[shape.protocol],
    name,
    api_key: 'provider-key-of-shapes',
    base_url: endpoint.baseUrl,
    models: [
      { id: 'm', input_usd_per_mtok: 1, output_usd_per_mtok: 4, context_window: 100_000, capabilities: ['tools'] },
    ],
  });
  next = shape;
  const before = endpoint.received.length;
  const run = await stack.api.run(agentId, { message: 'Go.', models: [`${name}/*`], budget_cap_usd: 1 });
  const ended = await run.ended();
  return { run, ended, requests: endpoint.received.length - before };
}

const named = (protocol: string, name: string): WireShape => {
  const shape = wireShapes.find((each) => each.protocol === protocol && each.name === name);
  if (shape === undefined) throw new Error(`There is no shape ${protocol} "${name}".`);
  return shape;
};

test.each([
  named('openai-chat', 'a frame without choices behind the end'),
  named('openai-chat', 'an error behind the end'),
  named('openai-chat', 'a reset behind the usage'),
  named('openai-chat', 'one JSON document'),
  named('anthropic-messages', 'pings everywhere'),
  named('anthropic-messages', 'a reset behind the end'),
  named('google-generate', 'an error behind the end'),
  named('google-generate', 'a JSON list of documents'),
])('[answer:ending:nothing-behind-it-counts] $protocol: $name completes a session with one request', async (shape) => {
  const { run, ended, requests } = await runWith(shape);
  expect(ended).toMatchObject({ reason: 'completed', totalTurns: 1 });
  expect(requests).toBe(1);
  const [message] = run.ofType('agent.message');
  expect(message?.text).toBe('Hi.');
  expect(message?.usage.inputTokens).toBeGreaterThan(0);
  expect(message?.usage.outputTokens).toBeGreaterThan(0);
  expect(ended.totalCostUsd).toBe(message?.costUsd);
});

test.each([
  named('openai-chat', 'length with a whole call'),
  named('openai-chat', 'content_filter with a whole call'),
  named('anthropic-messages', 'max_tokens in the middle of a call'),
  named('google-generate', 'MAX_TOKENS behind a call'),
])(
  '[answer:cut:calls-are-never-run] $protocol: $name is answered with a result, and the session goes on',
  async (shape) => {
    const { run, ended } = await runWith(shape);
    expect(ended).toMatchObject({ reason: 'completed', totalTurns: 2 });
    expect(run.ofType('agent.tool_use')).toMatchObject([{ permission: 'deny' }]);
    expect(run.ofType('agent.tool_result')[0]?.preview).toContain('after 7 tokens');
  },
);

test.each([
  named('openai-chat', 'tool_calls without calls'),
  named('openai-chat', 'error as the finish reason'),
  named('anthropic-messages', 'tool_use without a call'),
  named('google-generate', 'MALFORMED_FUNCTION_CALL'),
  named('google-generate', 'an empty end after a message'),
])(
  '[answer:ending:never-completed-with-nothing] $protocol: $name is asked for once more, with a hint',
  async (shape) => {
    const { run, ended, requests } = await runWith(shape);
    expect(ended).toMatchObject({ reason: 'completed', totalTurns: 1 });
    expect(requests).toBe(2);
    expect(run.ofType('agent.message')).toMatchObject([{ text: 'Done.' }]);
    expect(endpoint.received.at(-1)?.text).toMatch(/Your last answer (?:could not be read|was empty)/);
    // Both answers were paid for, as reported.
    expect(ended.totalCostUsd).toBeGreaterThan(run.ofType('agent.message')[0]?.costUsd ?? 1);
  },
);

test.each([named('openai-chat', 'an integer beyond 2^53'), named('google-generate', '1e999')])(
  '[answer:numbers:exact-or-refused] $protocol: $name is not passed on as another number',
  async (of) => {
    const shape = { ...of, body: of.body.map((piece) => piece.replaceAll('lookup', 'workspace_search')) };
    const { run, ended } = await runWith(shape);
    expect(ended).toMatchObject({ reason: 'completed', totalTurns: 2 });
    expect(run.ofType('agent.tool_use')).toMatchObject([{ permission: 'deny' }]);
    expect(run.ofType('agent.tool_result')[0]?.preview).toMatch(/number.*as a string/);
  },
);
