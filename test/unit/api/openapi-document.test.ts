import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { type ApiDeps, createApi } from '../../../api/create-api.ts';
import { errorKinds } from '../../../contract/error.ts';
import { streamExampleEvents } from '../../../contract/examples.ts';
import { checkAnswer, checkFrame, closed, description, type Schema } from '../../support/api-conformance.ts';
import { sourceFiles } from '../structure/source-files.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const operations = Object.entries(description.paths).flatMap(([path, item]) =>
  METHODS.flatMap((method) => {
    const operation = item[method];
    return operation === undefined ? [] : [{ name: `${method.toUpperCase()} ${path}`, operation }];
  }),
);

test('[api:description:is-what-is-served] every served route is described, and every described route is served', () => {
  // Only its routes are read, so no dependency is used.
  const { routes } = createApi({ services: {}, hub: {}, health: {}, metrics: {} } as unknown as ApiDeps);
  const served = routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(\{\.\+\})?/g, '{$1}')}`);
  expect([...new Set(served)].sort()).toEqual(operations.map(({ name }) => name).sort());
});

/** The methods of brainstormrouter 0.1.0 that this service serves, by resource. */
const publishedMethods = {
  agentProfiles: ['list', 'create', 'get', 'update', 'transition', 'delete'],
  providers: ['list', 'catalog', 'register', 'test', 'remove'],
  memory: ['blocks', 'block', 'entries', 'append', 'update', 'remove', 'init'],
  guardrails: ['getConfig', 'updateConfig', 'test', 'listProviders', 'addProvider', 'removeProvider', 'templates'],
  mcp: [
    ...['listServers', 'getServer', 'registerServer', 'updateServer', 'removeServer'],
    ...['listTools', 'callTool', 'audit'],
  ],
  brModels: ['list', 'leaderboard'],
  usage: ['summary', 'byCostCenter', 'byOwner'],
  governance: ['summary', 'audit', 'auditStats'],
};

test('[api:description:operation-ids] every operation has an id of its own that names a resource and a method', () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(ids.filter((id) => !/^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  // In snake case, as the Python SDK has them, they are still different.
  expect(new Set(ids.map((id) => id.toLowerCase())).size).toBe(ids.length);
});

test('[api:description:operation-ids] the names of the published client are kept', () => {
  const ids = new Set(operations.map(({ operation }) => operation.operationId));
  const published = Object.entries(publishedMethods).flatMap(([resource, methods]) =>
    methods.map((method) => `${resource}.${method}`),
  );
  expect(published.filter((name) => !ids.has(name))).toEqual([]);
});

test('[api:description:is-what-is-served] every code of the contract is described for a route, and no other code is', () => {
  const described = new Set(
    operations.flatMap(({ operation }) =>
      Object.values(operation.responses).flatMap(({ content }) => codesOf(content['application/json']?.schema)),
    ),
  );
  // These refuse requests that match no route or cannot be parsed.
  const ofNoRoute = ['method_not_allowed', 'malformed_request', 'request_timeout', 'headers_too_large'];
  expect([...described, ...ofNoRoute].sort()).toEqual(Object.keys(errorKinds).sort());
});

test('[api:description:is-what-is-served] some source file refuses with each code of the contract', () => {
  const tables = ['api/documented-errors.ts', 'contract/'];
  const text = sourceFiles()
    .filter(({ path }) => /^(api|service|contract)\//.test(path) && !path.startsWith('api/routes/'))
    .filter(({ path }) => !tables.some((table) => path.startsWith(table)) || path === 'contract/fields.ts')
    .map((file) => file.text)
    .join('\n');
  expect(Object.keys(errorKinds).filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});

test('[api:description:is-what-is-served] an error is described under its status, and every route that needs a key describes its refusals', () => {
  for (const { name, operation } of operations) {
    for (const [status, { content, headers }] of Object.entries(operation.responses)) {
      expect([name, status, headers?.['request-id']?.required]).toEqual([name, status, true]);
      for (const code of codesOf(content['application/json']?.schema)) {
        expect([name, code, String(errorKinds[code as keyof typeof errorKinds].status)]).toEqual([name, code, status]);
      }
    }
    if (operation.tags[0] === 'Service') continue;
    expect(Object.keys(operation.responses)).toEqual(
      expect.arrayContaining(['400', '401', '403', '429', '500', '503']),
    );
  }
});

test('[api:description:is-what-is-served] every body has an example that matches its schema, and those of the product page are included', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const found = operations.flatMap(({ name, operation }) =>
    Object.values(operation.requestBody?.content ?? {}).flatMap(({ schema, examples = {} }) =>
      Object.entries(examples).map(([example, { value }]) => {
        const valid = ajv.compile(closed(schema));
        expect([name, example, valid(value), valid.errors]).toEqual([name, example, true, null]);
        return `${name} ${example}`;
      }),
    ),
  );
  const withBody = operations.filter(({ operation }) => operation.requestBody !== undefined).map(({ name }) => name);
  expect(withBody.filter((name) => !found.some((example) => example.startsWith(`${name} `)))).toEqual([]);
  expect(found).toEqual(
    expect.arrayContaining([
      'POST /v1/agent/bootstrap agent',
      'POST /v1/agents/{agent_id}/run run',
      'POST /v1/agents/{agent_id}/sessions/{session_id}/events message',
      'POST /v1/agents/{agent_id}/sessions/{session_id}/events interrupt',
    ]),
  );
  for (const { type, data } of streamExampleEvents) checkFrame(type, data);
});

test('the check that other tests apply to their answers finds each kind of fault', () => {
  const headers = new Headers({ 'content-type': 'application/json', 'request-id': 'req_1' });
  const profiles = { method: 'GET', path: '/v1/agent/profiles?limit=1' };
  const body = { data: [], next_cursor: null };
  const good = { status: 200, headers, body };
  checkAnswer(profiles, good);
  const faults: [object, string][] = [
    [{ status: 418 }, 'no such status'],
    [{ headers: new Headers({ 'content-type': 'application/json' }) }, 'request-id is missing'],
    [{ headers: new Headers({ 'content-type': 'text/plain', 'request-id': 'req_1' }) }, 'no content of type'],
    [{ body: { ...body, more: 1 } }, 'additional properties'],
    [{ body: { data: [] } }, 'next_cursor'],
    [{ body: { ...body, data: [{ agentId: 'a-1' }] } }, 'must have required'],
  ];
  for (const [fault, says] of faults) expect(() => checkAnswer(profiles, { ...good, ...fault })).toThrow(says);
  const unknownCode = { error: { message: 'x', type: 'api_error', code: 'shrug', request_id: 'req_1' } };
  expect(() => checkAnswer(profiles, { ...good, status: 500, body: unknownCode })).toThrow('allowed values');
  expect(() => checkAnswer({ method: 'GET', path: '/v1/nothing' }, good)).toThrow('no such operation');
  expect(() => checkFrame('agent.message', { text: 'x' })).toThrow('must have required');
});

function codesOf(schema: Schema | undefined): string[] {
  const code = schema === undefined ? undefined : closed(schema).properties?.error?.properties?.code?.enum;
  return Array.isArray(code) ? code.map(String) : [];
}
