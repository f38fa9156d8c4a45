import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertArtifact } from '../../../db/queries/artifact.ts';
import { finishDirectCall, insertDirectCall } from '../../../db/queries/direct-tool-call.ts';
import { insertRequiredActions } from '../../../db/queries/required-action.ts';
import { insertToolCalls } from '../../../db/queries/tool-call.ts';
import { newId } from '../../../processes/ids.ts';
import { ownerColumn, readTables } from '../../fixtures/db/tables.ts';
import { type Answer, type ApiUnderTest, newSession, request, startApi } from './fixture.ts';

/** The part of a route in the OpenAPI document that this test reads. */
interface Operation {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  /** Undefined: it takes no body. */
  readonly body: { readonly fields: readonly string[]; readonly example: object } | undefined;
}
/** Ids by the parameter that they are for. */
type Ids = Readonly<Record<string, string>>;

const CANARY = 'canary-of-another-tenant';
/** Parameters that are words of the product, or names within an agent. They are the same for every tenant. */
const NAMES: Readonly<Record<string, string>> = { kind: 'soul', name: 'SOUL.md', turn: '0', block: 'general' };
/** Query parameters that are ids, and which ids they are. A route that has one does not answer without it. */
const QUERY_IDS: Readonly<Record<string, string>> = { with: 'session_id' };
/** Routes whose agent_id names a new agent, so that ids of other tenants do not matter. */
const MAKES_AGENTS = ['/v1/agent/bootstrap', '/v1/agent/profiles'];

/** Routes for admins of the first tenant alone. Whatever id they name, others are refused before it is looked at. */
const isForOperator = ({ path }: Operation) => path.startsWith('/v1/tenants');
/** Figures of what requests cost, which follow from the requests of the test itself. */
const FIGURES = ['tenant_meter'];

let api: ApiUnderTest;
let other: { baseUrl: string; apiKey: string };
let operations: Operation[];
let foreign: Ids;
let own: Ids;
let never: Ids;
let before: unknown;

beforeAll(async () => {
  api = await startApi({ simulatedUrl: null });
  const made = await request(api, 'POST', '/v1/tenants', { name: 'other' });
  other = { baseUrl: api.baseUrl, apiKey: made.body.api_key.key };
  operations = operationsOf((await request(api, 'GET', '/openapi.json')).body);
  foreign = await furnish(api, CANARY);
  own = await furnish({ ...api, apiKey: other.apiKey, tenantId: made.body.id }, 'own');
  never = Object.fromEntries(Object.entries(foreign).map(([name, id]) => [name, unused(id)]));
  before = await rowsOfFirstTenant();
});
afterAll(() => api.stop());

/** Makes one row of each kind that has an id. */
async function furnish(as: ApiUnderTest, text: string): Promise<Ids> {
  const make = async (path: string, body: object) => {
    const { status, body: made } = await request(as, 'POST', path, body);
    if (status !== 201) throw new Error(`${path} answered ${status}: ${JSON.stringify(made)}`);
    return made;
  };
  const agent_id = `${text}-agent`;
  await make('/v1/agent/bootstrap', { agent_id, display_name: text, department: text, budget_daily_usd: 5 });
  const models = [{ id: `${text}-model`, input_usd_per_mtok: 1, output_usd_per_mtok: 2 }];
  const base_url = 'http://127.0.0.1:1/v1';
  const provider = { provider: 'openai-compatible', name: `${text}-provider`, base_url, api_key: 'sk-x', models };
  const { id: provider_id } = await make('/v1/providers', provider);
  const server = { name: `${text}-server`, transport: 'streamable-http', url: 'http://127.0.0.1:1/mcp' };
  const judge = { name: `${text}-judge`, url: 'http://127.0.0.1:1/judge' };
  const { id: guardrail_provider_id } = await make('/v1/guardrails/providers', judge);
  const { id: server_id } = await make('/v1/mcp/servers', server);
  const { id: entry_id } = await make('/v1/memory/entries', { fact: text });
  const { id: key_id } = await make('/v1/api-keys', { name: text });
  await request(as, 'PUT', `/v1/agents/${agent_id}/context/soul/SOUL.md`, { content: text });
  await request(as, 'PUT', '/v1/guardrails/config', { blocked_phrases: [text] });
  const rule = { tool_name: `${text}_*`, allowed: false };
  const { id: policy_id } = (await request(as, 'PUT', '/v1/mcp/governance/policy', rule)).body;
  const session_id = await newSession(as, agent_id, { message: text });
  const artifact_id = newId('art');
  await as.database.database.transaction(as.tenantId, async (tx) =>
    insertArtifact(tx, session_id, { id: artifact_id, toolCallId: newId('call'), content: text }),
  );
  const approval_id = newId('apr');
  await as.database.database.transaction(as.tenantId, async (tx) => {
    const action = {
      turn: 0,
      kind: 'approval',
      rule: text,
      serverId: server_id,
      serverTool: text,
      effect: 'write',
    } as const;
    const call = { id: newId('call'), callIndex: 0, toolName: text, args: {}, ...action };
    insertToolCalls(tx, session_id, [{ ...call, idempotent: false, bundled: false, verdict: 'ask', reasonCode: null }]);
    const asked = {
      ...action,
      id: approval_id,
      toolCallId: call.id,
      toolName: text,
      args: {},
      argsHash: text,
      pin: text,
    };
    insertRequiredActions(tx, { sessionId: session_id, agentId: agent_id }, 60_000, [asked]);
  });
  const call_id = newId('call');
  await as.database.database.transaction(as.tenantId, async (tx) => {
    const call = {
      id: call_id,
      keyId: key_id,
      idempotencyKey: text,
      requestSha256: text,
      attempt: 1,
      createdAt: new Date(),
    };
    const tool = { serverId: server_id, serverName: text, serverTool: text, toolName: text };
    insertDirectCall(tx, { ...call, ...tool, effect: 'read', idempotent: true });
    const end = { state: 'succeeded', reasonCode: null, output: text, isError: false, items: 1, bytes: 1 } as const;
    await finishDirectCall(tx, call, { ...end, truncated: false, latencyMs: 1 }, undefined);
  });
  // It waits for a worker, and there is none.
  const bulk = { action: 'pause', filter: { agent_id } };
  const { id: job_id } = (await request(as, 'POST', '/v1/sessions/bulk', bulk)).body;
  return {
    tenant_id: as.tenantId,
    agent_id,
    approval_id,
    job_id,
    session_id,
    call_id,
    artifact_id,
    provider_id,
    guardrail_provider_id,
    server_id,
    policy_id,
    entry_id,
    key_id,
  };
}

/** An unused id of the same form. */
function unused(id: string): string {
  const prefix = /^[a-z]+_/.exec(id)?.[0];
  const rest = id.length - (prefix?.length ?? 0);
  return `${prefix ?? ''}${randomBytes(rest).toString('hex').slice(0, rest)}`;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}
interface DocumentedOperation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': Media } };
}
interface Media {
  readonly schema: Schema;
  readonly examples: Readonly<Record<string, { readonly value: object }>>;
}
interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** All operations that need a key. */
function operationsOf({ paths, components }: Document): Operation[] {
  const propertiesOf = ({ $ref, properties }: Schema): string[] =>
    Object.keys(($ref === undefined ? properties : components.schemas[$ref.split('/').at(-1) ?? '']?.properties) ?? {});
  const bodyOf = ({ schema, examples }: Media) => ({
    fields: propertiesOf(schema),
    example: Object.values(examples)[0]?.value ?? {},
  });
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { parameters = [], requestBody }]) =>
      path.startsWith('/v1/')
        ? {
            method: method.toUpperCase(),
            path,
            query: parameters.filter((each) => each.in === 'query').map(({ name }) => name),
            body: requestBody && bodyOf(requestBody.content['application/json']),
          }
        : [],
    ),
  );
}

const nameOf = ({ method, path }: Operation) => `${method} ${path}`;
const idParametersOf = ({ path }: Operation) =>
  [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').filter((name) => !(name in NAMES));

function filled(path: string, ids: Ids): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = ids[name] ?? NAMES[name];
    if (value === undefined) throw new Error(`Give this test an id or a name for {${name}}.`);
    return value;
  });
}

/** The query without which an operation is refused before anything is looked up. */
function neededQuery({ query }: Operation, ids: Ids): string {
  const needed = query.filter((name) => name in QUERY_IDS);
  return needed.map((name) => `?${name}=${ids[QUERY_IDS[name] ?? '']}`).join('');
}

/** Sends an operation with these ids in each way that a client can. */
async function ask(operation: Operation, ids: Ids, query = '', extra: object = {}): Promise<Answer[]> {
  const { method, path } = operation;
  const body = operation.body && { ...operation.body.example, ...extra };
  const ways: Record<string, string>[] = [{}];
  const asked = query === '' ? neededQuery(operation, ids) : query;
  if (method === 'GET') ways.push({ accept: 'text/event-stream' });
  if (method === 'POST') ways.push({ 'idempotency-key': randomBytes(8).toString('hex') });
  const answers = [];
  for (const headers of ways) answers.push(await request(other, method, filled(path, ids) + asked, body, headers));
  return answers;
}

/** Everything by which a client can distinguish two answers, except for the ids that it sent. */
function tellable(answers: readonly Answer[], sent: Ids): unknown {
  return answers.map(({ status, headers, body }) => {
    let text = JSON.stringify(body);
    for (const [name, id] of Object.entries(sent)) text = text.replaceAll(id, `<${name}>`);
    const { error, ...rest } = JSON.parse(text);
    if (error !== undefined) delete error.request_id;
    return { status, type: headers.get('content-type'), retry: headers.get('x-should-retry'), error, rest };
  });
}

/** The number and the hash of all rows of the first tenant, by table. */
async function rowsOfFirstTenant(): Promise<unknown> {
  return api.database.database.serviceTransaction(async (tx) => {
    const rows: Record<string, unknown> = {};
    for (const table of await readTables(tx)) {
      const owner = ownerColumn(table);
      if (owner === undefined || FIGURES.includes(table.name)) continue;
      const text = `SELECT count(*)::int, md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ${table.name} t WHERE ${owner} = $1`;
      rows[table.name] = await tx.query(`rows of ${table.name}`, text, [api.tenantId]);
    }
    return rows;
  });
}

test('[tenant:foreign-id:like-one-that-never-was] [I8] an id of another tenant is answered like one that never existed, on every route, and nothing is changed', async () => {
  const asked = operations.filter((operation) => idParametersOf(operation).length > 0);
  expect(asked.length).toBeGreaterThan(30);
  for (const operation of asked) {
    const parameters = idParametersOf(operation);
    // First each foreign id alone among own ids, then all of them together.
    const mixes = parameters.length === 1 ? [parameters] : [...parameters.map((name) => [name]), parameters];
    for (const mix of mixes) {
      const pick = (from: Ids): Ids => ({ ...own, ...Object.fromEntries(mix.map((name) => [name, from[name] ?? ''])) });
      const answers = await ask(operation, pick(foreign));
      const expected = await ask(operation, pick(never));
      const what = `${nameOf(operation)} with ${mix.join(' and ')} of another tenant`;
      const status = isForOperator(operation) ? 403 : 404;
      expect([what, ...answers.map((answer) => answer.status)]).toEqual([what, ...answers.map(() => status)]);
      expect([what, tellable(answers, pick(foreign))]).toEqual([what, tellable(expected, pick(never))]);
    }
  }
  expect(await rowsOfFirstTenant()).toEqual(before);
});

test('[tenant:foreign-id:like-one-that-never-was] [I8] an id of another tenant in a query or a body is answered like one that never existed', async () => {
  const isId = (name: string) => /_id$/.test(name) || name in QUERY_IDS;
  let asked = 0;
  for (const operation of operations) {
    if (MAKES_AGENTS.includes(operation.path)) continue;
    for (const name of operation.query.filter(isId)) {
      const of = async (ids: Ids) =>
        tellable(await ask(operation, own, `?${name}=${ids[QUERY_IDS[name] ?? name]}`), ids);
      expect([nameOf(operation), name, await of(foreign)]).toEqual([nameOf(operation), name, await of(never)]);
      asked += 1;
    }
    for (const name of operation.body?.fields.filter(isId) ?? []) {
      const of = async (ids: Ids) => tellable(await ask(operation, own, '', { [name]: ids[name] }), ids);
      expect([nameOf(operation), name, await of(foreign)]).toEqual([nameOf(operation), name, await of(never)]);
      asked += 1;
    }
  }
  expect(asked).toBeGreaterThan(5);
  expect(await rowsOfFirstTenant()).toEqual(before);
});

test('[tenant:foreign-id:like-one-that-never-was] [I8] nothing that a tenant can read contains anything of another tenant', async () => {
  // What browsers and authorization servers read needs no key, and belongs to no tenant (oauth.test.ts).
  const reads = operations.filter(({ method, path }) => method === 'GET' && !path.startsWith('/v1/mcp/oauth/'));
  const searches = operations.filter(({ path }) => path === '/v1/memory/query');
  const secrets = [CANARY, ...Object.values(foreign), api.tenantId];
  for (const operation of [...reads, ...searches]) {
    const search = operation.body && { query: CANARY };
    // The log is read as JSON, since the stream of a live session has no end.
    const path = filled(operation.path, own) + neededQuery(operation, own);
    const answer = await request(other, operation.method, path, search);
    const text = JSON.stringify(answer.body);
    expect([nameOf(operation), secrets.filter((secret) => text.includes(secret))]).toEqual([nameOf(operation), []]);
    // The own rows exist. Otherwise the test would prove nothing. The session lives, and only an ended one can be exported.
    const found = operation.path.endsWith('/export') ? 409 : 200;
    if (!operation.path.includes('{turn}'))
      expect([nameOf(operation), answer.status]).toEqual([nameOf(operation), isForOperator(operation) ? 403 : found]);
  }
});

test('[tenant:foreign-id:like-one-that-never-was] [I8] a route for admins of the first tenant refuses those of others, also with an Idempotency-Key', async () => {
  const keyed: Record<string, string> = { 'idempotency-key': 'tenant-of-other' };
  for (const headers of [{}, keyed]) {
    const answer = await request(other, 'POST', '/v1/tenants', { name: 'third' }, headers);
    expect([answer.status, answer.body.error?.code]).toEqual([403, 'missing_scope']);
  }
  const again = { 'idempotency-key': 'tenant-of-first' };
  expect((await request(api, 'POST', '/v1/tenants', { name: 'third' }, again)).status).toBe(201);
});

test('[I8] only the first tenant may register a server over stdio, since it could read what api and worker hold of all tenants', async () => {
  const server = { name: 'local', transport: 'stdio', command: 'env' };
  const keyed: Record<string, string> = { 'idempotency-key': 'stdio-of-other' };
  for (const answer of [
    await request(other, 'POST', '/v1/mcp/servers', server),
    await request(other, 'POST', '/v1/mcp/servers', server, keyed),
    await request(other, 'PUT', `/v1/mcp/servers/${own.server_id}`, server),
  ]) {
    expect([answer.status, answer.body.error?.code, answer.body.error?.param]).toEqual([
      403,
      'missing_scope',
      'transport',
    ]);
    expect(answer.body.error.recovery.action).toContain('streamable-http');
  }
});

test('[tenant:foreign-id:like-one-that-never-was] all routes answer to a tenant’s own ids, so that the 404 of the other tests means something', async () => {
  const rank = ({ method, path }: Operation) => (method === 'DELETE' ? 100 - path.length / 10 : 0);
  const asked = operations.filter((operation) => idParametersOf(operation).length > 0 && operation.method !== 'GET');
  const erases = ({ method, path }: Operation) => method === 'DELETE' && path.endsWith('/{session_id}');
  // A session is erased once, so each route that erases one gets a session of its own.
  const erasable: string[] = [];
  for (const _ of asked.filter(erases)) erasable.push(await newSession({ ...api, ...other }, own.agent_id ?? ''));
  for (const operation of asked.sort((a, b) => rank(a) - rank(b))) {
    const headers = { prefer: 'respond-async' };
    const ids = erases(operation) ? { ...own, session_id: erasable.pop() ?? '' } : own;
    const answer = await request(
      other,
      operation.method,
      filled(operation.path, ids),
      operation.body?.example,
      headers,
    );
    expect([nameOf(operation), answer.status]).not.toEqual([nameOf(operation), 404]);
  }
});
