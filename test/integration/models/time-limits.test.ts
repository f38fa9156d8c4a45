import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import type { TimeLimitSettings } from '../../../contract/time-limits.ts';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import { ModelCallError, type ModelProtocol, type ModelRequest } from '../../../models/model-call.ts';
import { createProviderTest } from '../../../models/provider-test.ts';
import { createGuardedFetch } from '../../../processes/egress-guard.ts';
import { kindOfProtocol } from '../../support/kind-of-protocol.ts';
import { type Answering, eventStream, openAiFinish, openAiText, startEndpoint } from './endpoint.ts';

const guarded = createGuardedFetch({ allow: ['127.0.0.0/8'] });
const callModelOnce = createCallModelOnce({ fetch: guarded.fetch });

const opened: { close(): unknown }[] = [guarded];
afterAll(() => Promise.all(opened.map((each) => each.close())));

/** What a server of each protocol says while it has no token yet, as a token, and to keep the connection alive. */
const WORDS: Readonly<Record<ModelProtocol, { preface: object[]; token: object; ping: string }>> = {
  'openai-chat': { preface: [], token: openAiText('on '), ping: ': keep-alive\n\n' },
  'anthropic-messages': {
    preface: [
      { type: 'message_start', message: { id: 'm1', model: 'm', role: 'assistant', content: [], usage: {} } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ],
    token: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'on ' } },
    ping: 'event: ping\ndata: {"type":"ping"}\n\n',
  },
  'google-generate': {
    preface: [],
    token: { candidates: [{ content: { role: 'model', parts: [{ text: 'on ' }] }, index: 0 }] },
    ping: ': keep-alive\n\n',
  },
};

function begin(response: ServerResponse, protocol: ModelProtocol): (data: object) => void {
  const send = eventStream(response);
  response.flushHeaders();
  WORDS[protocol].preface.forEach(send);
  return send;
}

/** Repeats until the response is closed. */
function drip(response: ServerResponse, write: () => void): void {
  const beat = setInterval(write, 100);
  response.once('close', () => clearInterval(beat));
}

interface Stall {
  readonly name: string;
  readonly limits: TimeLimitSettings;
  readonly message: string;
  /** Absent: the server accepts connections and never says a word, not even for TLS. */
  readonly answer?: (response: ServerResponse, protocol: ModelProtocol) => void;
  readonly mayHaveCharged: boolean;
}

const firstToken = {
  limits: { first_token_s: 0.4 },
  message: 'no answer began within 0.4 s (time_limits.first_token_s)',
  mayHaveCharged: true,
};
const silence = {
  limits: { silence_s: 0.4 },
  message: 'the answer stood still for 0.4 s (time_limits.silence_s)',
  mayHaveCharged: true,
};
const total = {
  limits: { first_token_s: 10, silence_s: 1, total_s: 2 },
  message: 'no whole answer within 2 s (time_limits.total_s)',
  mayHaveCharged: true,
};

const STALLS: readonly Stall[] = [
  {
    name: 'a server that accepts no TLS',
    limits: { connect_s: 1 },
    message: 'no connection within 1 s (time_limits.connect_s)',
    mayHaveCharged: false,
  },
  { name: 'a server that says nothing', ...firstToken, answer: () => undefined },
  { name: 'headers and nothing behind them', ...firstToken, answer: (response, protocol) => begin(response, protocol) },
  {
    name: 'pings without end before an answer',
    ...firstToken,
    answer: (response, protocol) => {
      begin(response, protocol);
      drip(response, () => response.write(WORDS[protocol].ping));
    },
  },
  {
    name: 'an answer that stands still',
    ...silence,
    answer: (response, protocol) => begin(response, protocol)(WORDS[protocol].token),
  },
  {
    name: 'tokens without end',
    ...total,
    answer: (response, protocol) => {
      const send = begin(response, protocol);
      drip(response, () => send(WORDS[protocol].token));
    },
  },
  {
    name: 'pings without end within an answer',
    ...total,
    answer: (response, protocol) => {
      begin(response, protocol)(WORDS[protocol].token);
      drip(response, () => response.write(WORDS[protocol].ping));
    },
  },
];

const PROTOCOLS = Object.keys(WORDS) as ModelProtocol[];
const CASES = PROTOCOLS.flatMap((protocol) => STALLS.map((stall) => ({ ...stall, protocol })));

test.concurrent.each(CASES)(
  '[model:time:each-limit-settable] [model:time:silence-not-length] $name over $protocol: given up at its limit, in words that name it',
  async ({ limits, message, answer, mayHaveCharged, protocol }) => {
    const baseUrl =
      answer === undefined ? await silentHost() : await endpoint((response) => answer(response, protocol));
    const error = await failureOf(requestTo(baseUrl, protocol, limits));
    expect(error).toMatchObject({ type: 'model.timed_out', message, transient: true, mayHaveCharged });
  },
);

test('[model:time:silence-not-length] the text of an answer that stands still is kept', async () => {
  const baseUrl = await endpoint((response) => eventStream(response)(openAiText('Half')));
  const error = await failureOf(requestTo(baseUrl, 'openai-chat', { silence_s: 0.4 }));
  expect(error.partialText).toBe('Half');
});

test.each(['tokens', 'pings'])(
  '[model:time:silence-not-length] an answer that goes on with %s is read to its end, however long it takes',
  async (between) => {
    const baseUrl = await endpoint((response) => {
      const send = eventStream(response);
      send(openAiText('on '));
      let pieces = 0;
      drip(response, () => {
        pieces += 1;
        if (pieces > 12) {
          send(openAiText('to the end'));
          send(openAiFinish('stop'));
          response.end();
        } else if (between === 'tokens') send(openAiText('on '));
        else response.write(': keep-alive\n\n');
      });
    });
    const request = requestTo(baseUrl, 'openai-chat', { silence_s: 0.8 });
    expect((await callModelOnce(request)).text).toMatch(/^on .*to the end$/);
  },
);

test('[model:time:silence-not-length] a tool call that a model writes as text, held back until its end, is no silence', async () => {
  const baseUrl = await endpoint((response) => {
    const send = eventStream(response);
    send(openAiText('<tool_call>{"name":"note","arguments":{"text":"'));
    let pieces = 0;
    drip(response, () => {
      pieces += 1;
      send(pieces > 14 ? openAiText('"}}</tool_call>') : openAiText('on '));
      if (pieces <= 14) return;
      send(openAiFinish('stop'));
      response.end();
    });
  });
  const tools = [{ name: 'note', description: '', inputSchema: { type: 'object' } }];
  const request = requestTo(baseUrl, 'openai-chat', { first_token_s: 1, silence_s: 0.8 });
  expect((await callModelOnce({ ...request, tools })).toolCalls).toMatchObject([{ name: 'note' }]);
});

test.each([
  { limits: { first_token_s: 0.4 }, message: 'no answer began within 0.4 s (time_limits.first_token_s)' },
  { limits: { total_s: 0.4 }, message: 'no whole answer within 0.4 s (time_limits.total_s)' },
])('[model:time:each-limit-settable] a test of a provider ends at its limit: $message', async ({ limits, message }) => {
  const { target } = requestTo(await endpoint(() => undefined), 'openai-chat', limits);
  const result = await createProviderTest({ callModelOnce })(target, { tenantId: 'ten_test' });
  expect(result).toMatchObject({ ok: false, error: { type: 'model.timed_out', message } });
});

test('[model:time:each-limit-settable] a request whose purpose sets a bound ends at it, in words that name the purpose', async () => {
  const request = requestTo(await endpoint(() => undefined), 'openai-chat', {});
  const error = await failureOf({ ...request, timeBound: { seconds: 0.4, of: 'a summary' } });
  expect(error.message).toBe('no whole answer within 0.4 s, the most that a summary takes');
});

function requestTo(baseUrl: string, protocol: ModelProtocol, timeLimits: TimeLimitSettings): ModelRequest {
  return {
    target: {
      provider: 'p',
      kind: kindOfProtocol[protocol],
      model: 'm',
      protocol,
      baseUrl,
      apiKey: 'sk-t',
      timeLimits,
    },
    system: '',
    messages: [{ role: 'user', text: 'Hello' }],
    tools: [],
    maxOutputTokens: 300,
    maxRequestBytes: 100_000,
    signal: new AbortController().signal,
  };
}

async function endpoint(answer: Answering): Promise<string> {
  const started = await startEndpoint(answer);
  opened.push(started);
  return started.baseUrl;
}

/** @returns an address with TLS at which nobody answers the handshake */
async function silentHost(): Promise<string> {
  const server = createServer((socket) => {
    opened.push({ close: () => socket.destroy() });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  opened.push(server);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `https://127.0.0.1:${address.port}`;
}

async function failureOf(request: ModelRequest): Promise<ModelCallError> {
  const error = await callModelOnce(request).catch((reason: unknown) => reason);
  if (!(error instanceof ModelCallError)) throw new Error('expected a ModelCallError');
  return error;
}
