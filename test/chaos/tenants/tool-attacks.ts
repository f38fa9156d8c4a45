import type { ServerResponse } from 'node:http';
import { settledWithin } from '../../../processes/abortable.ts';
import type { Answer } from '../../fixtures/answering-server.ts';
import { type Attack, type AttackWorld, nameOf, startSessions } from './attack.ts';
import { bomb, DEEP_JSON, LONG_NUMBER, WIDE_JSON } from './bombs.ts';
import { drip, sendForEver } from './slow-answers.ts';

interface RpcRequest {
  readonly id?: unknown;
  readonly method?: string;
}

/** Answers one method in its own way and every other one as a good server does. */
export type ToolServerAnswers = Readonly<
  Record<string, (response: ServerResponse, id: string) => void | Promise<void>>
>;

const JSON_TYPE = { 'content-type': 'application/json' };
const EVENTS = { 'content-type': 'text/event-stream' };
const result = (id: string, json: string) => `{"jsonrpc":"2.0","id":${id},"result":${json}}`;
const message = (json: string) => `event: message\ndata: ${json}\n\n`;
const answer = (json: string) => (response: ServerResponse, id: string) =>
  void response.writeHead(200, JSON_TYPE).end(result(id, json));

export const tool = (name: string, schema: string, description = 'It works.') =>
  `{"name":"${name}","description":"${description}","inputSchema":${schema}}`;
export const OBJECT = '{"type":"object"}';
export const listing = (tools: string, more = '') => answer(`{"tools":[${tools}]${more}}`);

const good: ToolServerAnswers = {
  initialize: answer(
    '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"hostile","version":"1"}}',
  ),
  'tools/list': listing(tool('work', OBJECT)),
  'tools/call': answer('{"content":[{"type":"text","text":"done"}]}'),
};

/** A tool server that answers these methods in its own way. */
export function speaking(answers: ToolServerAnswers): Answer {
  const all = { ...good, ...answers };
  return async (response, body) => {
    const request: RpcRequest = body.startsWith('{') ? JSON.parse(body) : {};
    if (request.method === undefined) return void response.writeHead(405).end();
    const method = all[request.method];
    if (request.id === undefined) return void response.writeHead(202).end();
    await (method ?? answer('{}'))(response, JSON.stringify(request.id));
  };
}

/** Connects a tool server of the hostile tenant, discovers its tools and lets sessions and direct calls use one of them. */
export async function useToolServer(
  world: AttackWorld,
  options: {
    readonly name: string;
    readonly answers: ToolServerAnswers;
    /** The answer to every request, over the older SSE transport. */
    readonly stream?: Answer;
    readonly tool?: string;
    readonly args?: Record<string, unknown>;
  },
): Promise<void> {
  const { client, hostile, size } = world;
  const { name, answers, stream, tool: toolName = 'work', args = {} } = options;
  const server = await client.request('POST', '/v1/mcp/servers', {
    name,
    transport: stream === undefined ? 'streamable-http' : 'sse',
    url: hostile.serve(stream ?? speaking(answers)),
  });
  const { id } = server.body as { id?: string };
  if (id === undefined) return;
  await client.request('PUT', '/v1/mcp/governance/policy', {
    tool_name: `${name}/*`,
    allowed: true,
    allow_tainted: true,
  });
  const models = await world.scripted({ toolCalls: [{ name: `${name}_${toolName}`, args }] });
  // A discovery may take as long as the server likes. What follows does not wait for it longer than a user would.
  await settledWithin(client.request('POST', `/v1/mcp/servers/${id}/discover`), 3_000);
  await startSessions(world, { agentId: name, models, count: 2 * size });
  for (let i = 0; i < size; i++) {
    void client
      .request('POST', '/v1/mcp/tools/call', { server_id: id, tool: toolName, arguments: args })
      .catch(() => undefined);
  }
}

const encodedBomb =
  (encoding: string, piece: string) =>
  (response: ServerResponse): void =>
    void response.writeHead(200, { ...JSON_TYPE, 'content-encoding': encoding }).end(bomb(encoding, piece));
const inStream = (piece: string) => (response: ServerResponse) => sendForEver(response.writeHead(200, EVENTS), piece);
const never = () => undefined;
const PROGRESS = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}';
const QUESTION =
  '{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"Why?","requestedSchema":{"type":"object","properties":{}}}}';

const calls: Readonly<Record<string, ToolServerAnswers>> = {
  'a handshake that is never answered': { initialize: never },
  'a handshake that drips': {
    initialize: (response, id) => drip(response.writeHead(200, JSON_TYPE), result(id, OBJECT), 200),
  },
  'a list that drips': {
    'tools/list': (response, id) =>
      drip(response.writeHead(200, JSON_TYPE), result(id, `{"tools":[${tool('work', OBJECT)}]}`), 200),
  },
  'a list without end': {
    'tools/list': (response, id) => {
      const page = Math.random().toString(36).slice(2);
      listing(tool(`work_${page}`, OBJECT), `,"nextCursor":"${page}"`)(response, id);
    },
  },
  'ten thousand tools': {
    'tools/list': listing(
      Array.from({ length: 10_000 }, (_, n) => tool(n === 0 ? 'work' : `work_${n}`, OBJECT)).join(),
    ),
  },
  'descriptions of a megabyte': {
    'tools/list': listing(
      [0, 1, 2, 3].map((n) => tool(n === 0 ? 'work' : `work_${n}`, OBJECT, 'x'.repeat(1_000_000))).join(),
    ),
  },
  'a list that is a gzip bomb': { 'tools/list': encodedBomb('gzip', ' ') },
  'a list that is nested deep': { 'tools/list': listing(tool('work', DEEP_JSON)) },
  'a list of a million values': {
    'tools/list': listing(tool('work', `{"type":"object","x":${WIDE_JSON}}`)),
  },
  'a call that is never answered': { 'tools/call': never },
  'a call whose stream drips empty lines': {
    'tools/call': (response) => drip(response.writeHead(200, EVENTS), '\n'.repeat(100_000), 50),
  },
  'a call that reports progress and is never answered': {
    'tools/call': (response) => drip(response.writeHead(200, EVENTS), message(PROGRESS).repeat(1_000), 5),
  },
  'a call that drips': {
    'tools/call': (response, id) => drip(response.writeHead(200, JSON_TYPE), result(id, OBJECT), 200),
  },
  'a result that is a gzip bomb': { 'tools/call': encodedBomb('gzip', 'x') },
  'a result that is a brotli bomb': { 'tools/call': encodedBomb('br', 'x') },
  'a result that is encoded twice': { 'tools/call': encodedBomb('gzip, gzip', 'x') },
  'a handshake that is a deflate bomb': { initialize: encodedBomb('deflate', ' ') },
  'a result that is nested deep': { 'tools/call': answer(`{"content":[],"structuredContent":{"x":${DEEP_JSON}}}`) },
  'a result of a million values': { 'tools/call': answer(`{"content":[],"structuredContent":{"x":${WIDE_JSON}}}`) },
  'a result with a million digits': { 'tools/call': answer(`{"content":[],"structuredContent":{"x":${LONG_NUMBER}}}`) },
  'a result without end': {
    'tools/call': (response, id) =>
      sendForEver(
        response.writeHead(200, JSON_TYPE),
        'x',
        `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"`,
      ),
  },
  'a result of eight megabytes': {
    'tools/call': answer(`{"content":[{"type":"text","text":"${'x'.repeat(8_000_000)}"}]}`),
  },
  'progress without end': { 'tools/call': inStream(message(PROGRESS)) },
  'questions without end': { 'tools/call': inStream(message(QUESTION)) },
  'answers to nothing without end': { 'tools/call': inStream(message('{"jsonrpc":"2.0","id":987654,"result":{}}')) },
  'messages in lists without end': { 'tools/call': inStream(message(`[${`${PROGRESS},`.repeat(99)}${PROGRESS}]`)) },
  'messages in parts of one line without end': { 'tools/call': inStream('data: {\n') },
  'a question that nobody answers': {
    'tools/call': (response) => void response.writeHead(200, EVENTS).write(message(QUESTION)),
  },
  'log lines without end': {
    'tools/call': inStream(
      message('{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":"no"}}'),
    ),
  },
  'changed lists without end': {
    'tools/call': inStream(message('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}')),
  },
  'pings without end': { 'tools/call': inStream(message('{"jsonrpc":"2.0","id":7,"method":"ping"}')) },
  'empty lines without end': { 'tools/call': inStream('\n') },
  'a redirect to itself': { 'tools/call': (response) => void response.writeHead(307, { location: '?again' }).end() },
};

/** Attacks by the one stream on which a server with the older SSE transport answers. */
const streams: Readonly<Record<string, Answer>> = {
  'an SSE stream that never says where to send': (response) => void response.writeHead(200, EVENTS).write(': \n\n'),
  'an SSE stream that drips': (response) => drip(response.writeHead(200, EVENTS), 'event: endpoint\ndata: /', 200),
  'an SSE stream of empty lines': (response) => sendForEver(response.writeHead(200, EVENTS), '\n'),
  'an SSE stream of addresses': (response) =>
    sendForEver(response.writeHead(200, EVENTS), 'event: endpoint\ndata: /messages\n\n'),
};

/** Attacks by a tool server of the hostile tenant. */
export const toolAttacks: readonly Attack[] = [
  ...Object.entries(calls).map(([name, answers]) => ({
    name: `tool server: ${name}`,
    start: (world: AttackWorld) => useToolServer(world, { name: nameOf(`t ${name}`), answers }),
  })),
  ...Object.entries(streams).map(([name, stream]) => ({
    name: `tool server: ${name}`,
    start: (world: AttackWorld) => useToolServer(world, { name: nameOf(`t ${name}`), answers: {}, stream }),
  })),
];
