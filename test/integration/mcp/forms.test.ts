import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Elicit, FormAnswer } from '../../../mcp/calls/elicitation.ts';
import type { McpServer, ToolConnections } from '../../../mcp/calls/tool-call.ts';
import { askingTools } from '../../fixtures/mcp/asking-tools.ts';
import { callTool, externalServer, testConnections } from '../../fixtures/mcp/connections.ts';
import {
  type HttpServer,
  hostileServerCommand,
  startHostileHttpServer,
} from '../../fixtures/mcp/hostile-server-command.ts';

let connections: ToolConnections;
let hostile: HttpServer;
const stateless = createMcpHandler(askingTools, { legacy: 'reject' });
const listener = getRequestListener((request) => stateless.fetch(request));
const http = createServer((request, response) => void listener(request, response));
let statelessPort = 0;

beforeAll(async () => {
  connections = testConnections();
  hostile = await startHostileHttpServer();
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  statelessPort = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(async () => {
  await connections.close();
  await hostile.kill();
  await stateless.close();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

const at = (kind: 'streamable-http' | 'sse', port: number, path: string): McpServer =>
  externalServer('asking', { kind, url: `http://127.0.0.1:${port}/${path}` });

const FORM = {
  message: 'Which size?',
  requestedSchema: { type: 'object', properties: { size: { type: 'string', enum: ['s', 'm'] } }, required: ['size'] },
};
const accepting = (content: Record<string, string>) =>
  vi.fn<Elicit>(async (): Promise<FormAnswer> => ({ action: 'accept', content }));

describe.each<[string, () => McpServer]>([
  ['over stdio', () => externalServer('asking', { kind: 'stdio', ...hostileServerCommand() })],
  ['over streamable HTTP', () => at('streamable-http', hostile.port, 'mcp')],
  ['over the old SSE transport', () => at('sse', hostile.port, 'sse')],
  ['of the stateless generation', () => at('streamable-http', statelessPort, 'mcp')],
])('[tool:forms:asked-and-answered] a server %s', (_how, makeServer) => {
  let server: McpServer;
  beforeAll(() => {
    server = makeServer();
  });
  const ask = (of: object, options: Parameters<typeof callTool>[4]) =>
    callTool(connections, server, 'ask', { of }, options);

  test('asks in the middle of a call and goes on with the answer', async () => {
    const elicit = accepting({ size: 'm' });
    const { output } = await ask(FORM, { elicit });
    expect(JSON.parse(output)).toEqual({ action: 'accept', content: { size: 'm' } });
    expect(elicit.mock.calls.map(([form]) => form)).toEqual([{ mode: 'form', ...FORM }]);
  });

  test.each(['decline', 'cancel'] as const)('is told when a person answers with %s', async (action) => {
    const { output } = await ask(FORM, { elicit: async () => ({ action }) });
    expect(JSON.parse(output)).toEqual({ action });
  });

  test('is declined where nobody can be asked', async () => {
    expect(JSON.parse((await ask(FORM, {})).output)).toEqual({ action: 'decline' });
  });

  test('is declined when it asks for a secret, and nobody is asked', async () => {
    const elicit = accepting({ password: 'hunter2' });
    const properties = { password: { type: 'string' } };
    const { output } = await ask({ message: 'Log in.', requestedSchema: { type: 'object', properties } }, { elicit });
    expect(JSON.parse(output)).toEqual({ action: 'decline' });
    expect(elicit).not.toHaveBeenCalled();
  });

  test('waits for a person for longer than the time-out of the call', async () => {
    const elicit = async (): Promise<FormAnswer> => {
      await delay(600);
      return { action: 'accept', content: { size: 's' } };
    };
    const { output } = await ask(FORM, { elicit, timeoutMs: 400 });
    expect(JSON.parse(output)).toEqual({ action: 'accept', content: { size: 's' } });
  });
});

test('[tool:forms:asked-and-answered] two calls that ask at once get each its own answer', async () => {
  const server = at('streamable-http', hostile.port, 'mcp');
  await callTool(connections, server, 'echo', { text: 'connected' });
  const sizes = ['s', 'm'];
  const outputs = await Promise.all(
    sizes.map((size) => callTool(connections, server, 'ask', { of: FORM }, { elicit: accepting({ size }) })),
  );
  expect(outputs.map(({ output }) => JSON.parse(output).content.size)).toEqual(sizes);
});
