import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUnderTest, newAgent, request, startApi } from './fixture.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

test('context documents are written, versioned, previewed, listed and deleted, and names may contain slashes', async () => {
  const agentId = await newAgent(api);
  const path = `/v1/agents/${agentId}/context/workspace/notes/2026/safety.md`;
  const created = await request(api, 'PUT', path, { content: 'Alignment is hard.' });
  expect([created.status, created.body.version]).toEqual([201, 1]);
  const replaced = await request(api, 'PUT', path, { content: 'Alignment is very hard.' });
  expect([replaced.status, replaced.body.version]).toEqual([200, 2]);
  expect((await request(api, 'GET', path)).body).toMatchObject({
    kind: 'workspace',
    name: 'notes/2026/safety.md',
    content: 'Alignment is very hard.',
    earlier_versions: [{ version: 1, bytes: 18 }],
  });
  expect((await request(api, 'GET', `${path}?version=1`)).body).toMatchObject({
    version: 1,
    content: 'Alignment is hard.',
  });
  const unkept = await request(api, 'GET', `${path}?version=7`);
  expect([unkept.status, unkept.body.error.message]).toEqual([404, 'Version 7 is not kept. Kept are 2, 1.']);
  expect((await request(api, 'GET', `${path}?version=last`)).status).toBe(400);
  const preview = await request(api, 'GET', `/v1/agents/${agentId}/context/preview`);
  const workspace = preview.body.sources.find((source: { source: string }) => source.source === 'WORKSPACE');
  expect(workspace).toMatchObject({ budget_tokens: 800, included: [{ id: 'notes/2026/safety.md' }] });
  expect(preview.body.volatile).toContain('very hard');
  expect((await request(api, 'GET', `/v1/agents/${agentId}/context`)).body.data).toHaveLength(1);
  expect((await request(api, 'DELETE', path)).body.deleted).toBe(true);
  expect((await request(api, 'GET', path)).body.error.code).toBe('context_document_not_found');
  expect((await request(api, 'PUT', `/v1/agents/${agentId}/context/soul/..%2Fx`, { content: 'x' })).status).toBe(400);
  expect((await request(api, 'GET', `/v1/agents/${agentId}/context/nonsense`)).status).toBe(400);
});

test('[context:memory:searched-in-its-language] the language in which facts are searched is read and chosen', async () => {
  expect((await request(api, 'GET', '/v1/memory/settings')).body).toEqual({
    language: 'english',
    system_block: 'people',
  });
  expect((await request(api, 'PUT', '/v1/memory/settings', { language: 'klingon' })).status).toBe(400);
  expect((await request(api, 'PUT', '/v1/memory/settings', { language: 'simple' })).body).toMatchObject({
    language: 'simple',
  });
  expect((await request(api, 'PUT', '/v1/memory/settings', { language: 'english' })).status).toBe(200);
});

test.each(['', ' ', '\n\t', '\u200b', '\ufeff \u00a0'])(
  '[context:memory:blank-facts-refused] the fact %j is refused, whether it is noted or changed',
  async (fact) => {
    const noted = await request(api, 'POST', '/v1/memory/entries', { fact: 'Something to change.' });
    const entry = `/v1/memory/entries/${noted.body.id}`;
    expect((await request(api, 'POST', '/v1/memory/entries', { fact })).status).toBe(400);
    expect((await request(api, 'PUT', entry, { fact })).status).toBe(400);
    expect((await request(api, 'DELETE', entry)).status).toBe(200);
  },
);

test('[context:memory:blank-facts-refused] facts of marks alone are different facts, and one in a document that comes twice is noted once', async () => {
  const statuses = [];
  for (const fact of ['!!!', '???', '!!!']) statuses.push(await request(api, 'POST', '/v1/memory/entries', { fact }));
  expect(statuses.map(({ status }) => status)).toEqual([201, 201, 200]);
  const content = '- The dam is old.\n- the dam is old\n- !!!\n- The dam is high.';
  const filled = await request(api, 'POST', '/v1/memory/init', { documents: [{ content, block: 'project' }] });
  expect(filled.body.data.map(({ fact }: { fact: string }) => fact)).toEqual(['The dam is old.', 'The dam is high.']);
  for (const { id } of [...statuses.slice(0, 2).map(({ body }) => body), ...filled.body.data]) {
    await request(api, 'DELETE', `/v1/memory/entries/${id}`);
  }
});

test('the memory calls of the published client work', async () => {
  const added = await request(api, 'POST', '/v1/memory/entries', {
    fact: 'The user prefers short summaries.',
    block: 'human',
  });
  expect(added.status).toBe(201);
  const changed = await request(api, 'PUT', `/v1/memory/entries/${added.body.id}`, { pinned: true });
  expect(changed.body).toMatchObject({ fact: 'The user prefers short summaries.', pinned: true });
  expect((await request(api, 'GET', '/v1/memory/blocks/human')).body.data).toHaveLength(1);
  const init = await request(api, 'POST', '/v1/memory/init', {
    documents: [{ content: '# Title\n\n- one\n- two\n\nthree' }],
  });
  expect(init.body.data.map((entry: { fact: string }) => entry.fact)).toEqual(['one', 'two', 'three']);
  const blocks = await request(api, 'GET', '/v1/memory/blocks');
  expect(blocks.body.data.map((block: { entries: number }) => block.entries)).toEqual([1, 0, 0, 3]);
  const found = await request(api, 'POST', '/v1/memory/query', { query: 'short summary' });
  expect(found.body.data[0].id).toBe(added.body.id);
  expect((await request(api, 'DELETE', `/v1/memory/entries/${added.body.id}`)).body.deleted).toBe(true);
});

test('a fact that is stored for one agent, by body or query, is not read by another agent', async () => {
  const [one, other] = [await newAgent(api), await newAgent(api)];
  const inBody = await request(api, 'POST', '/v1/memory/entries', { fact: 'A fact of one.', agent_id: one });
  const inQuery = await request(api, 'POST', `/v1/memory/entries?agent_id=${one}`, { fact: 'Another fact of one.' });
  await request(api, 'POST', '/v1/memory/init', { documents: [{ content: 'A third fact of one.' }], agent_id: one });
  expect([inBody.body.agent_id, inQuery.body.agent_id]).toEqual([one, one]);
  const readBy = async (agentId: string) => {
    const { body } = await request(api, 'GET', `/v1/memory/entries?agent_id=${agentId}`);
    return body.data.filter((entry: { fact: string }) => entry.fact.includes('of one')).length;
  };
  expect([await readBy(one), await readBy(other)]).toEqual([3, 0]);
  const found = await request(api, 'POST', '/v1/memory/query', { query: 'third fact', agent_id: other });
  expect(JSON.stringify(found.body)).not.toContain('of one');
});
