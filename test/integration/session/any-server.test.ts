import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { hostileServerCommand } from '../../fixtures/mcp/hostile-server-command.ts';
import { answering, goodTool } from '../../fixtures/mcp/raw-answers.ts';
import { rawServerCommand } from '../../fixtures/mcp/raw-servers.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';
import { type UsedServer, useServer } from '../../support/used-server.ts';

let stack: TestStack;
let agentId: string;
const dir = mkdtempSync(join(tmpdir(), 'any-server-'));

beforeAll(async () => {
  stack = await startTestStack();
  agentId = await stack.newAgent();
  writeFileSync(join(dir, 'note.txt'), 'Ground control.');
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await stack.stop();
  rmSync(dir, { recursive: true });
});

const packaged = (name: string, ...args: string[]) => ({
  command: process.execPath,
  args: [fileURLToPath(import.meta.resolve(`@modelcontextprotocol/server-${name}/dist/index.js`)), ...args],
});

const officialServers: readonly UsedServer[] = [
  {
    name: 'everything',
    ...packaged('everything', 'stdio'),
    calls: [
      { tool: 'echo', args: { message: 'hello' }, says: /hello/ },
      { tool: 'get-tiny-image', args: {}, says: /\[image 1: image\/png, 20 × 20\]/ },
      { tool: 'get-structured-content', args: { location: 'New York' }, says: /temperature/ },
      {
        tool: 'get-resource-reference',
        args: { resourceType: 'Blob', resourceId: 1 },
        says: /\[resource demo:.* \d+ bytes|\[resource demo:/,
      },
    ],
  },
  {
    name: 'files',
    ...packaged('filesystem', dir),
    calls: [
      { tool: 'write_file', args: { path: join(dir, 'new.txt'), content: 'Written.' }, says: /Successfully wrote/ },
      { tool: 'read_text_file', args: { path: join(dir, 'note.txt') }, says: /^Ground control\.$/ },
      { tool: 'list_directory', args: { path: dir }, says: /new\.txt/ },
    ],
  },
  {
    name: 'graph',
    ...packaged('memory'),
    env: { MEMORY_FILE_PATH: join(dir, 'memory.jsonl') },
    calls: [
      {
        tool: 'create_entities',
        args: { entities: [{ name: 'Tom', entityType: 'major', observations: ['floats'] }] },
        says: /Tom/,
      },
      { tool: 'search_nodes', args: { query: 'floats' }, says: /Tom/ },
    ],
  },
  {
    name: 'thinking',
    ...packaged('sequential-thinking'),
    calls: [
      {
        tool: 'sequentialthinking',
        args: { thought: 'First.', nextThoughtNeeded: true, thoughtNumber: 1, totalThoughts: 2 },
        says: /"thoughtHistoryLength": ?1/,
      },
    ],
  },
];

test.each(officialServers)(
  '[tool:list:part-by-part] the official server "$name" is used in a session',
  async (server) => {
    const { results, warnings } = await useServer(stack, agentId, server);
    expect(results.map(({ isError }) => isError)).toEqual(server.calls.map(() => false));
    expect(warnings).toEqual([]);
  },
);

test('[tool:result:files-by-reference] a sound and a file of a result are kept by reference and given out as they came', async () => {
  const sound = Buffer.from('RIFF....WAVEfmt ');
  const page = Buffer.from('<script>alert(1)</script>');
  const blocks = [
    { type: 'text', text: 'Two files:' },
    { type: 'audio', mimeType: 'audio/x-wav', data: sound.toString('base64') },
    { type: 'resource', resource: { uri: 'a:page', mimeType: 'application/xhtml', blob: page.toString('base64') } },
    { type: 'resource', resource: { uri: 'a:csv', mimeType: 'text/csv', blob: Buffer.from('a,b').toString('base64') } },
  ];
  const answers = {
    pages: { first: answering(`{"tools":[${goodTool('files')},{"name":"odd","inputSchema":5}]}`) },
    calls: { files: answering(JSON.stringify({ content: blocks })) },
  };
  const { results, withheld, sessionId } = await useServer(stack, agentId, {
    name: 'raw',
    ...rawServerCommand(dir, 'raw', answers),
    calls: [
      { tool: 'files', args: {}, says: /^Two files:\n\[audio audio\/x-wav, 16 bytes, kept as file_[0-9a-z]{26}\]\n/ },
    ],
  });
  expect(withheld).toMatchObject([{ tool: 'odd', reason: 'unusable_schema' }]);
  expect(results[0]?.preview.split('\n').slice(2)).toEqual([
    expect.stringMatching(/^\[resource a:page application\/xhtml, 25 bytes, kept as file_[0-9a-z]{26}\]$/),
    '[resource a:csv text/csv]',
    'a,b',
  ]);
  const [first, second] = results[0]?.fileIds ?? [];
  for (const [id, type, content] of [
    [first, 'audio/wav', sound],
    [second, 'application/octet-stream', page],
  ] as const) {
    const answer = await fetch(`${stack.baseUrl}/v1/sessions/${sessionId}/artifacts/${id}`, {
      headers: { authorization: `Bearer ${stack.api.apiKey}` },
    });
    expect(answer.headers.get('content-type')).toBe(type);
    expect(answer.headers.get('content-disposition')).toContain('attachment');
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
  }
});

test('[connection:generation:kept-with-the-server] the generation of a server is stored with it, and forgotten when it is reached at another place', async () => {
  const server = await stack.toolServer('kept', { effect: 'read', idempotent: true });
  const generation = async () => {
    const rows = await stack.db.serviceTransaction((tx) =>
      tx.query<{ generation: string | null }>('generation-of', 'SELECT generation FROM mcp_server WHERE id = $1', [
        server.id,
      ]),
    );
    return rows[0]?.generation;
  };
  await until('the generation to be stored', async () => (await generation()) === 'sessions');
  const { args } = hostileServerCommand();
  const place = { name: 'kept', transport: 'stdio', command: process.execPath, args };
  await stack.api.call('PUT', `/v1/mcp/servers/${server.id}`, place);
  expect(await generation()).toBeNull();
});

test('[guardrail:canary:kept-nowhere] what a rule blocks in the result of a server is kept nowhere, and the model reads that it was withheld', async () => {
  // The rule has the name in small letters, so only a leak has these.
  stack.secrets.add('AGENT_RUNS_STDIO_MARK');
  const server = await stack.toolServer('telling', { effect: 'read', idempotent: true });
  const guarded = await stack.newAgent();
  await stack.api.call('PUT', `/v1/guardrails/config?agent_id=${guarded}`, {
    rules: [
      { id: 'mark', kind: 'phrases', hooks: ['tool_result'], action: 'block', phrases: ['agent_runs_stdio_mark'] },
    ],
  });
  const tell = { toolCalls: [{ name: server.tool('environment'), args: {} }] };
  const script = await stack.script({ turns: [[tell], [{ text: 'Done.' }]] });
  const run = await stack.api.run(guarded, { message: 'Tell.', models: script.models });
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('agent.tool_result')).toMatchObject([{ preview: expect.stringContaining('withheld') }]);
  expect(run.ofType('br.guardrail_intervention')).toMatchObject([
    { guardrail: 'mark', stage: 'tool_result', action: 'block' },
  ]);
  const body = JSON.stringify((await script.report()).requests[1]?.body);
  expect(body).toContain('withheld');
  expect(body).not.toContain('AGENT_RUNS');
});
