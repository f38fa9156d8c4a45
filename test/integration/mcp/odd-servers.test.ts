import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { McpServer, ToolConnections } from '../../../mcp/calls/tool-call.ts';
import { callTool, failureOfCall, testConnections } from '../../fixtures/mcp/connections.ts';
import { oddEntries } from '../../fixtures/mcp/odd-entries.ts';
import { oddErrors, oddResults } from '../../fixtures/mcp/odd-results.ts';
import { answering, goodTool, type RawAnswers } from '../../fixtures/mcp/raw-answers.ts';
import { type RawHttpServers, rawStdioServer, startRawHttpServers } from '../../fixtures/mcp/raw-servers.ts';

const dir = mkdtempSync(join(tmpdir(), 'mcp-odd-'));
let connections: ToolConnections;
let http: RawHttpServers;

beforeAll(async () => {
  connections = testConnections();
  http = await startRawHttpServers();
});
afterAll(async () => {
  await connections.close();
  await http.close();
  rmSync(dir, { recursive: true });
});

const entries = Object.entries(oddEntries).map(([name, odd]) => ({ name, ...odd }));
const results = Object.entries(oddResults);
const errors = Object.entries(oddErrors);
/** A good tool stands before and behind the odd ones. */
const listing = [goodTool('good'), ...entries.map(({ name, entry }) => entry.replace('NAME', name)), goodTool('last')];
const everything: RawAnswers = {
  pages: { first: answering(`{"tools":[${listing.join(',')}]}`) },
  calls: {
    ...Object.fromEntries([...results, ...errors].map(([name, { answer }]) => [name, answer])),
    huge: answering(`{"content":[{"type":"text","text":"${'x'.repeat(10_000_000)}"}]}`),
  },
};

describe.each([
  ['stdio', () => rawStdioServer(dir, 'everything', everything)],
  ['HTTP with JSON bodies', () => http.serve(everything, 'json')],
  ['HTTP with event streams', () => http.serve(everything, 'events')],
])('over %s', (_name, serverOf) => {
  let server: McpServer;
  beforeAll(() => {
    server = serverOf();
  });

  test('[tool:list:part-by-part] the good tools of a page are offered, and each of the others is named with its reason', async () => {
    const { tools, withheld, warnings, complete } = await connections.discover(server, 20_000);
    const offered = entries.filter((each) => each.withheld === undefined).map(({ name }) => name);
    expect(tools.map(({ name }) => name)).toEqual(['good', ...offered, 'last']);
    const repaired = entries.filter((each) => each.repaired).map(({ name }) => name);
    expect(tools.filter(({ repairs }) => repairs !== undefined).map(({ name }) => name)).toEqual(repaired);
    const left = entries.flatMap(({ name, withheld: reason, called = name }, index) =>
      reason === undefined ? [] : [{ tool: called === '#' ? `#${index + 2}` : called, reason }],
    );
    expect(withheld.map(({ tool, reason }) => ({ tool, reason }))).toEqual(left);
    for (const { message } of withheld) expect(message).toMatch(/^It.* .*\.$/);
    expect({ warnings, complete }).toEqual({ warnings: [], complete: true });
    for (const tool of tools) expect(() => JSON.stringify(tool)).not.toThrow();
  });

  test('[tool:result:part-by-part] whatever a server answers to a call, the call has come out and its text is kept', async () => {
    for (const [name, { output, isError, items }] of results) {
      const read = await callTool(connections, server, name, {}, { timeoutMs: 5_000 }).catch((error: unknown) => error);
      expect(read, name).toMatchObject({
        output,
        isError: isError === true,
        ...(items === undefined ? {} : { items }),
      });
    }
  });

  test('[tool:result:part-by-part] of a result of ten megabytes the beginning is kept, and the next call is served', async () => {
    const { output, isError, truncated, whole = '' } = await callTool(connections, server, 'huge');
    expect({ isError, truncated }).toEqual({ isError: false, truncated: true });
    expect(output).toMatch(/^\[The server sent 100000\d\d bytes\. Only the beginning of them was read\.\]\nx{60000}/);
    expect(whole.length).toBeGreaterThan(1_000_000);
    expect(await callTool(connections, server, 'content that is a text')).toMatchObject({ output: 'Said.' });
  });

  test('[tool:result:part-by-part] an error of any form fails the call with what the server said', async () => {
    for (const [name, { says, noEffect }] of errors) {
      const failure = await failureOfCall(callTool(connections, server, name, {}, { timeoutMs: 5_000 }));
      expect(failure, name).toMatchObject({ type: 'tool.server_error', noEffect });
      expect(failure.message, name).toContain(says);
    }
  });
});

test.each(['json', 'events'] as const)(
  '[tool:result:part-by-part] an answer without an id is that to the request whose response it is: %s',
  async (form) => {
    const calls = {
      refused: '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"I cannot read this."}}',
      said: '{"jsonrpc":"2.0","id":null,"result":{"content":[{"type":"text","text":"Said."}]}}',
    };
    const server = http.serve({ pages: { first: answering('{"tools":[]}') }, calls }, form);
    const failure = await failureOfCall(callTool(connections, server, 'refused', {}, { timeoutMs: 5_000 }));
    expect(failure).toMatchObject({ type: 'tool.server_error', noEffect: true });
    expect(failure.message).toContain('I cannot read this.');
    expect(await callTool(connections, server, 'said', {}, { timeoutMs: 5_000 })).toMatchObject({ output: 'Said.' });
  },
);

const page = (names: readonly string[], cursor?: string) =>
  answering(`{"tools":[${names.map(goodTool).join(',')}]${cursor === undefined ? '' : `,"nextCursor":${cursor}`}}`);
const thousands = Array.from({ length: 10_000 }, (_, n) => `t${n}`);
/** A hundred pages of a hundred tools. */
const hundreds = Object.fromEntries(
  Array.from({ length: 100 }, (_, n) => [
    n === 0 ? 'first' : `"${n}"`,
    page(thousands.slice(n * 100, n * 100 + 100), `"${n + 1}"`),
  ]),
);
const emptyPages = Object.fromEntries(
  Array.from({ length: 220 }, (_, n) => [n === 0 ? 'first' : `"${n}"`, page(n === 0 ? ['a'] : [], `"${n + 1}"`)]),
);
const twoPages = { '"2"': page(['b']) };

test.each<[string, Readonly<Record<string, string>>, readonly string[], RegExp | undefined]>([
  ['a cursor that is null', { first: page(['a'], 'null') }, ['a'], undefined],
  ['a cursor that is empty', { first: page(['a'], '""') }, ['a'], undefined],
  ['a cursor that is a number', { first: page(['a'], '2'), '2': page(['b']) }, ['a', 'b'], undefined],
  ['a cursor that is an object', { first: page(['a'], '{"at":2}'), '{"at":2}': page(['b']) }, ['a', 'b'], undefined],
  [
    'a cursor that names its own page',
    { first: page(['a'], '"2"'), '"2"': page(['b'], '"2"') },
    ['a', 'b'],
    /Page 2 of its list names a cursor that came before/,
  ],
  [
    'cursors in a circle of empty pages',
    { first: page(['a'], '"2"'), '"2"': page([], '"3"'), '"3"': page([], '"2"') },
    ['a'],
    /Page 3 of its list names a cursor that came before/,
  ],
  ['ever more empty pages', emptyPages, ['a'], /^Its list has more than 200 pages\./],
  [
    'a page that fails',
    { first: page(['a'], '"2"'), '"2"': '{"jsonrpc":"2.0","id":$ID,"error":{"code":-32603,"message":"No."}}' },
    ['a'],
    /^Page 2 of its list could not be read\./,
  ],
  [
    'a page without a list',
    { first: answering('{"nextCursor":"2"}'), ...twoPages },
    ['b'],
    /^Page 1 of its list has no list of tools\.$/,
  ],
  ['a page that is a text', { first: answering('"none"') }, [], /^Page 1 of its list has no list of tools\.$/],
  ['tools that are null', { first: answering('{"tools":null}') }, [], /^Page 1 of its list has no list of tools\.$/],
  [
    'no such method',
    { first: '{"jsonrpc":"2.0","id":$ID,"error":{"code":-32601,"message":"No."}}' },
    [],
    /it has no tools\.$/,
  ],
  [
    'ten thousand tools on one page',
    { first: page(thousands) },
    thousands.slice(0, 1_000),
    /^Its list has more than 2000 tools\./,
  ],
  [
    'ten thousand tools on a hundred pages',
    hundreds,
    thousands.slice(0, 1_000),
    /^Its list has more than 2000 tools\./,
  ],
  ['the same tool on two pages', { first: page(['a', 'b'], '"2"'), ...twoPages }, ['a', 'b'], undefined],
])('[tool:list:part-by-part] a listing ends, and what was listed is kept: %s', async (_name, pages, names, warning) => {
  const { tools, warnings } = await connections.discover(http.serve({ pages }, 'json'), 25_000);
  expect(tools.map(({ name }) => name)).toEqual(names);
  if (warning === undefined) expect(warnings).toEqual([]);
  else expect(warnings[0]).toMatch(warning);
});

const plain = { pages: { first: page(['a']) } };

test.each([
  ['no name of a server', '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}}}'],
  ['a name that is a number', '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":5}}'],
  [
    'capabilities that are a list',
    '{"protocolVersion":"2025-11-25","capabilities":[],"serverInfo":{"name":"a","version":"1"}}',
  ],
  [
    'capabilities that nobody knows',
    '{"protocolVersion":"2025-06-18","capabilities":{"tools":true,"rockets":{"n":1}},"serverInfo":{"name":"a","version":"1"}}',
  ],
  ['no capabilities', '{"protocolVersion":"2025-03-26","serverInfo":{"name":"a","version":"1"}}'],
  [
    'a version of the future',
    '{"protocolVersion":"2031-01-01","capabilities":{},"serverInfo":{"name":"a","version":"1"}}',
  ],
  ['a version that is a number', '{"protocolVersion":1,"capabilities":{},"serverInfo":{"name":"a","version":"1"}}'],
  [
    'instructions that are a list',
    '{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"a","version":"1"},"instructions":["a"]}',
  ],
  ['nothing', '{}'],
  ['null', 'null'],
])(
  '[tool:list:part-by-part] a server is connected to whatever it answers to the handshake: %s',
  async (_name, result) => {
    const server = http.serve({ ...plain, initialize: answering(result) }, 'json');
    expect((await connections.discover(server, 5_000)).tools.map(({ name }) => name)).toEqual(['a']);
  },
);
