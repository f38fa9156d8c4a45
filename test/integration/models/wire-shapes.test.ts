import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import type { ModelAnswer, ModelRequest, ModelTarget } from '../../../models/model-call.ts';
import { ModelCallError } from '../../../models/model-call.ts';
import { createGuardedFetch, type GuardedFetch } from '../../../processes/egress-guard.ts';
import { kindOfProtocol } from '../../support/kind-of-protocol.ts';
import {
  type AnswerExpected,
  type FailureExpected,
  TOOLS,
  USAGE,
  type WireShape,
} from '../../wire-shapes/wire-shape.ts';
import { wireShapes } from '../../wire-shapes/wire-shapes.ts';
import { anthropicAnswer, googleAnswer, openAiAnswer, startEndpoint } from './endpoint.ts';

type Endpoint = Awaited<ReturnType<typeof startEndpoint>>;

let endpoint: Endpoint;
let guarded: GuardedFetch;
let shape: WireShape | undefined;

const plainAnswers = {
  'openai-chat': openAiAnswer('ok'),
  'anthropic-messages': anthropicAnswer(
    [{ start: { type: 'text', text: '' }, deltas: [{ type: 'text_delta', text: 'ok' }] }],
    'end_turn',
  ),
  'google-generate': googleAnswer([{ text: 'ok' }]),
};

beforeAll(async () => {
  guarded = createGuardedFetch({ allow: ['127.0.0.0/8'] });
  endpoint = await startEndpoint(async (response, request) => {
    if (shape === undefined) {
      const protocol = protocolOf(request.url);
      plainAnswers[protocol](response, request);
      return;
    }
    response.writeHead(200, { 'content-type': shape.contentType ?? 'text/event-stream' });
    response.flushHeaders();
    for (const piece of shape.body) await new Promise((written) => response.write(piece, written));
    if (shape.afterwards === 'reset') response.socket?.resetAndDestroy();
    if (shape.afterwards === undefined) response.end();
  });
});

afterAll(async () => {
  await guarded.close();
  await endpoint.close();
});

const protocolOf = (url: string) =>
  url.includes('/messages') ? 'anthropic-messages' : url.includes('/chat/') ? 'openai-chat' : 'google-generate';

function requestOf(target: ModelTarget): ModelRequest {
  return {
    target,
    system: 'Be brief.',
    messages: [{ role: 'user', text: 'Hello' }],
    tools: TOOLS.map((name) => ({ name, description: 'x', inputSchema: { type: 'object', properties: {} } })),
    maxOutputTokens: 300,
    maxRequestBytes: 100_000,
    signal: new AbortController().signal,
  };
}

const targetOf = ({ protocol }: WireShape): ModelTarget => ({
  provider: 'p',
  kind: kindOfProtocol[protocol],
  model: 'm',
  protocol,
  baseUrl: endpoint.baseUrl,
  apiKey: 'k-secret',
});

async function answered(of: WireShape) {
  const callModelOnce = createCallModelOnce({ fetch: guarded.fetch });
  const shown: string[] = [];
  shape = of;
  const request = { ...requestOf(targetOf(of)), mayBeEmpty: of.mayBeEmpty };
  try {
    const answer = await callModelOnce({ ...request, onTextDelta: (text) => shown.push(text) });
    return { answer, shown: shown.join('') };
  } catch (failure) {
    if (!(failure instanceof ModelCallError)) throw failure;
    return { failure, shown: shown.join('') };
  } finally {
    shape = undefined;
  }
}

test('[answer:shape:understood-or-refused-at-once] there are shapes of all protocols, each under a name of its own', () => {
  expect(wireShapes.length).toBeGreaterThanOrEqual(200);
  const names = wireShapes.map(({ protocol, name }) => `${protocol} ${name}`);
  expect(new Set(names).size).toBe(names.length);
  for (const protocol of ['openai-chat', 'anthropic-messages', 'google-generate']) {
    expect(wireShapes.filter((each) => each.protocol === protocol).length).toBeGreaterThanOrEqual(40);
  }
});

const understood = wireShapes.filter(({ is }) => !('fails' in is));
const refused = wireShapes.filter(({ is }) => 'fails' in is);

test.each(understood)(
  '[answer:shape:understood-or-refused-at-once] [answer:ending:nothing-behind-it-counts] [answer:numbers:exact-or-refused] $protocol: $name is understood',
  async (of) => {
    const { answer, failure, shown } = await answered(of);
    expect(failure).toBeUndefined();
    if (answer === undefined) return;
    const expected = of.is as AnswerExpected;
    const calls = answer.toolCalls.map(({ name, args, inexactNumbers }) => [name, args, inexactNumbers && 'inexact']);
    expect({ text: answer.text, calls, finish: answer.finishReason }).toEqual({
      text: expected.text ?? '',
      calls: (expected.calls ?? []).map(([name, args, inexact]) => [name, args, inexact]),
      finish: expected.finish ?? ((expected.calls ?? []).length > 0 ? 'tool-calls' : 'stop'),
    });
    expect(shown).toBe(expected.shown ?? answer.text);
    expect(chargedFor(answer)).toEqual(expected.usage === 'none' ? undefined : fourCounts(expected.usage ?? USAGE));
    expect(answer.wireBytes.sent).toBeGreaterThan(0);
    expect(answer.wireBytes.received).toBeGreaterThanOrEqual(Buffer.byteLength(answer.text));
    expect(await messageThatGoesBack(of, answer)).toMatchObject(expected.next ?? {});
  },
);

test.each(refused)(
  '[answer:shape:understood-or-refused-at-once] [answer:ending:never-completed-with-nothing] [answer:cut:calls-are-never-run] $protocol: $name is a failed attempt',
  async (of) => {
    const { answer, failure } = await answered(of);
    expect(answer).toBeUndefined();
    const expected = of.is as FailureExpected;
    expect(failure?.type).toBe(expected.fails);
    expect(failure && chargeOf(failure)).toBe(expected.charged);
    if (expected.partial !== undefined) expect(failure?.partialText).toBe(expected.partial);
    if (expected.says !== undefined) expect(failure?.message).toMatch(expected.says);
    expect(failure?.message).not.toContain('k-secret');
  },
);

function chargedFor({ usage }: ModelAnswer) {
  return usage && [usage.inputTokens, usage.outputTokens, usage.cacheReadTokens, usage.reasoningTokens];
}

function fourCounts([input, output, cacheRead = 0, reasoning = 0]: Exclude<
  NonNullable<AnswerExpected['usage']>,
  'none'
>) {
  return [input, output, cacheRead, reasoning];
}

function chargeOf({ mayHaveCharged, usage, wireBytes }: ModelCallError): FailureExpected['charged'] {
  if (!mayHaveCharged) return 'nothing';
  if (usage !== undefined) return 'reported';
  return wireBytes === undefined ? 'reservation' : 'estimated';
}

/** The answer as the model reads it again on the next turn. It was stored as JSON in between. */
async function messageThatGoesBack(of: WireShape, { text, toolCalls, reasoning }: ModelAnswer) {
  const callModelOnce = createCallModelOnce({ fetch: guarded.fetch });
  const calls = toolCalls.map(({ name, args }, n) => ({ id: `call_${n}`, name, args: args ?? {} }));
  await callModelOnce({
    ...requestOf(targetOf(of)),
    messages: [
      { role: 'user', text: 'Hello' },
      { role: 'assistant', text, toolCalls: calls, reasoning: reasoning && JSON.parse(JSON.stringify(reasoning)) },
      ...calls.map(({ id, name }) => ({
        role: 'tool' as const,
        toolCallId: id,
        toolName: name,
        output: 'ok',
        isError: false,
      })),
      { role: 'user', text: 'More' },
    ],
  });
  const { body } = endpoint.received.at(-1) ?? {};
  const messages: { role: string }[] = body.messages ?? body.contents;
  return messages.find(({ role }) => role === 'assistant' || role === 'model') ?? {};
}
