import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answering, goodTool } from '../../fixtures/mcp/raw-answers.ts';
import { rawServerCommand } from '../../fixtures/mcp/raw-servers.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
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

/** Checking a list or an object that holds itself takes two to the power of its depth. */
const doubling = { type: 'object', allOf: [0, 1].map(() => ({ properties: { a: { $ref: '#' } } })) };

function nested(levels: number): Record<string, unknown> {
  return levels === 1 ? {} : { a: nested(levels - 1) };
}

/** Definitions of which each refers to the next one twice: 2 KB that take for ever. */
function branching(steps: number): object {
  const defs = Array.from({ length: steps }, (_, at) => [
    `d${at}`,
    { anyOf: [0, 1].map(() => (at === steps - 1 ? { type: 'string' } : { $ref: `#/$defs/d${at + 1}` })) },
  ]);
  return { type: 'object', properties: { x: { $ref: '#/$defs/d0' } }, $defs: Object.fromEntries(defs) };
}

test('[evaluation:costly-schema:said-at-discovery] [evaluation:limits:ended-and-others-go-on] [I6] a schema that takes for ever costs its own tool, and no session of anybody', async () => {
  const tools = [
    { name: 'branching', description: 'Hostile.', inputSchema: branching(40) },
    { name: 'doubling', description: 'Hostile.', inputSchema: doubling },
    JSON.parse(goodTool('good')),
  ];
  const fine = answering(JSON.stringify({ content: [{ type: 'text', text: 'Fine.' }] }));
  const answers = { pages: { first: answering(JSON.stringify({ tools })) }, calls: { good: fine, doubling: fine } };
  const quiet = await stack.newTenant();
  await quiet.call('POST', '/v1/agent/bootstrap', { agent_id: 'quiet' });
  const script = await stack.script({ turns: [[{ text: 'Quiet.' }]] }, { client: quiet });
  const gaveUp = /^The arguments of \w+ could not be checked, because it took more time or memory than it may\./;
  const [{ withheld, results }, other] = await Promise.all([
    useServer(stack, agentId, {
      name: 'hostile',
      ...rawServerCommand(dir, 'hostile', answers),
      calls: [
        { tool: 'doubling', args: nested(31), says: gaveUp },
        // It is remembered, whatever the arguments are.
        { tool: 'doubling', args: nested(2), says: gaveUp },
        { tool: 'good', args: { q: 'a' }, says: /^Fine\.$/ },
      ],
    }),
    quiet.run('quiet', { message: 'Go.', models: script.models }).then((run) => run.ended()),
  ]);
  expect(withheld).toMatchObject([{ tool: 'branching', reason: 'costly_schema' }]);
  expect(results.map(({ isError }) => isError)).toEqual([true, true, false]);
  expect(other).toMatchObject({ reason: 'completed' });
});

test('[evaluation:scan:fails-closed] a schema of answers that multiplies is refused, and an answer that takes too long to check is withheld', async () => {
  const client = await stack.newTenant();
  await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'guarded' });
  const rulesWith = (schema: object) => ({
    rules: [{ id: 'json', kind: 'answer_schema', hooks: ['output'], action: 'block', schema }],
  });
  await expect(client.call('PUT', '/v1/guardrails/config', rulesWith(branching(40)))).rejects.toThrow(
    /can't be used: it is too costly/,
  );
  await client.call('PUT', '/v1/guardrails/config', rulesWith(doubling));
  const answer = { text: JSON.stringify(nested(40)) };
  const script = await stack.script({ turns: [[answer], [answer]] }, { client });
  const run = await client.run('guarded', { message: 'Go.', models: script.models });
  expect(await run.ended()).toMatchObject({ reason: 'completed' });
  expect(run.ofType('br.guardrail_intervention').map(({ reasonCode }) => reasonCode)).toEqual([
    'guardrail_gave_up',
    'guardrail_gave_up',
  ]);
});
