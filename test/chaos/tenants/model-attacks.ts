import type { ServerResponse } from 'node:http';
import type { Answer } from '../../fixtures/answering-server.ts';
import { type Attack, connectModel, nameOf, startSessions } from './attack.ts';
import { bomb, DEEP_JSON, LONG_NUMBER, WIDE_JSON } from './bombs.ts';
import { drip, sendForEver } from './slow-answers.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const EVENTS = { 'content-type': 'text/event-stream' };
const frame = (json: string) => `data: ${json}\n\n`;
const delta = (json: string) => frame(`{"choices":[{"index":0,"delta":${json}}]}`);
const call = (index: number) =>
  `{"index":${index},"id":"c${index}","type":"function","function":{"name":"workspace_list_files","arguments":"{}"}}`;

function events(response: ServerResponse): ServerResponse {
  return response.writeHead(200, EVENTS);
}

function encoded(encoding: string, status: number, piece: string): Answer {
  let body: Buffer | undefined;
  return (response) => {
    body ??= bomb(encoding, piece);
    response.writeHead(status, { ...EVENTS, 'content-encoding': encoding }).end(body);
  };
}

const text = delta(`{"content":"${'x'.repeat(2_000)}"}`);

const misbehaviours: Readonly<Record<string, Answer>> = {
  'an answer that is a gzip bomb': encoded('gzip', 200, text),
  'an answer that is a brotli bomb': encoded('br', 200, text),
  'an answer that is a deflate bomb': encoded('deflate', 200, text),
  'an answer that is encoded twice': encoded('gzip, gzip', 200, text),
  'a refusal that is a gzip bomb': encoded('gzip', 500, '{"error":{"message":"no"}}'),
  'a refusal without end': (response) => sendForEver(response.writeHead(503), 'overloaded '),
  'a refusal that drips': (response) => drip(response.writeHead(400), '{"error":{"message":"no"}}'.repeat(100), 200),
  'a frame that is nested deep': (response) => void events(response).end(frame(DEEP_JSON)),
  'a frame of a million values': (response) => void events(response).end(frame(WIDE_JSON)),
  'a usage with a million digits': (response) =>
    void events(response).end(
      `${delta('{"content":"x"},"finish_reason":"stop"')}${frame(`{"choices":[],"usage":{"prompt_tokens":${LONG_NUMBER},"completion_tokens":1}}`)}`,
    ),
  'empty deltas without end': (response) => sendForEver(events(response), delta('{}')),
  'comments without end': (response) => sendForEver(events(response), ': ping\n\n'),
  'empty lines without end': (response) => sendForEver(events(response), '\n'),
  'a line without end': (response) => sendForEver(events(response), 'x', 'data: '),
  'a text without end': (response) => sendForEver(events(response), text),
  'thoughts without end': (response) => sendForEver(events(response), delta('{"reasoning_content":"hm hm hm"}')),
  'headers that never come': () => undefined,
  'an answer that drips byte by byte': (response) => drip(events(response), text, 100),
  'an answer that drips token by token': (response) => drip(events(response), delta('{"content":"x"}').repeat(500), 5),
  'tool calls without end': (response) => {
    let index = 0;
    events(response);
    while (index < 100_000) response.write(delta(`{"tool_calls":[${call(index++)}]}`));
    response.end();
  },
  'arguments in pieces of one byte': (response) =>
    sendForEver(
      events(response),
      delta('{"tool_calls":[{"index":0,"function":{"arguments":"1"}}]}'),
      delta(`{"tool_calls":[${call(0).replace('"{}"', '"{\\"n\\":"')}]}`),
    ),
  'an answer that drips comments': (response) => drip(events(response), ': ping\n\n'.repeat(10_000), 20),
  'a document without end': (response) => sendForEver(response.writeHead(200, JSON_TYPE), '[', '{"choices":'),
  'a thousand answers in one': (response) =>
    void events(response).end(delta('{"content":"x"},"finish_reason":"stop"').repeat(20_000)),
  'arguments that are nested deep': (response) =>
    void events(response).end(
      delta(
        `{"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"workspace_list_files","arguments":${JSON.stringify(DEEP_JSON)}}}]}`,
      ),
    ),
  'a redirect to itself': (response) => void response.writeHead(307, { location: '?again' }).end(),
  'a refusal for a thousand years': (response) =>
    void response.writeHead(429, { 'retry-after': '31557600000' }).end('{"error":{"message":"later"}}'),
};

/** The same by the wire of other kinds of providers. */
const ofOtherKinds: readonly { readonly name: string; readonly kind: string; readonly answer: Answer }[] = [
  {
    name: 'pings without end (Anthropic)',
    kind: 'anthropic',
    answer: (response) => sendForEver(events(response), 'event: ping\ndata: {"type":"ping"}\n\n'),
  },
  {
    name: 'blocks without end (Anthropic)',
    kind: 'anthropic',
    answer: (response) =>
      sendForEver(
        events(response),
        frame('{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}'),
      ),
  },
  {
    name: 'candidates without end (Google)',
    kind: 'google',
    answer: (response) => sendForEver(events(response), frame('{"candidates":[{"content":{"parts":[{"text":""}]}}]}')),
  },
];

/** Attacks by a model of the hostile tenant: whatever it sends, for as long as it likes. */
export const modelAttacks: readonly Attack[] = [
  ...Object.entries(misbehaviours).map(([name, answer]) => ({ name, kind: 'openai-compatible', answer })),
  ...ofOtherKinds,
].map(({ name, kind, answer }) => ({
  name: `model: ${name}`,
  async start(world) {
    const provider = nameOf(name.toLowerCase());
    const models = await connectModel(world, { name: provider, kind, url: world.hostile.serve(answer) });
    await startSessions(world, { agentId: provider, models, count: 4 * world.size });
  },
}));
