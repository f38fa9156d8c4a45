import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EndReason, SessionError } from '../../../contract/events.ts';
import type { Tx } from '../../../db/database.ts';
import { appendEvents, newEvent } from '../../../db/queries/event.ts';
import { dayAccount } from '../../../db/queries/ledger.ts';
import { insertSelection } from '../../../db/queries/routing.ts';
import { lockSession, markAwaitingInput, markAwaitingMoney, markEnded } from '../../../db/queries/session.ts';
import { insertToolCalls } from '../../../db/queries/tool-call.ts';
import { correctUnknownAttempt } from '../../../transitions/attempt-ledger.ts';
import { spend } from '../session/spent-session.ts';
import { type ApiUnderTest, newAgent, newSession, request, startApi } from './fixture.ts';

/** Facts of a session that its resource does not show. */
interface Known {
  readonly id: string;
  readonly department: string;
  readonly arms: readonly string[];
  readonly tools: readonly string[];
  readonly lastEventAt: string;
  // biome-ignore lint/suspicious/noExplicitAny: the resource, as `Answer.body`
  readonly resource: any;
}

type Finds = (known: Known) => boolean;

const ENDS: readonly (readonly [EndReason, SessionError | undefined])[] = [
  ['completed', undefined],
  ['error', { code: 'no_model_available', message: 'No model answered. The provider says: "Quota exceeded (4711)".' }],
  ['error', { code: 'workflow_lost', message: 'The workflow is gone.' }],
  ['terminated', { code: 'session_terminated', message: 'Terminated by key_1.', by: 'key_1' }],
];
const SESSIONS = 24;

let api: ApiUnderTest;
let known: Known[];
let departments: string[];

beforeAll(async () => {
  api = await startApi();
  const server = { name: 'tickets', transport: 'stdio', command: 'false' };
  const { body: tickets } = await request(api, 'POST', '/v1/mcp/servers', server);
  departments = ['ops', 'sales'];
  const agents: { id: string; department: string }[] = [];
  for (const department of departments) agents.push({ id: await newAgent(api, { department }), department });
  const made: Omit<Known, 'resource' | 'lastEventAt'>[] = [];
  for (let n = 0; n < SESSIONS; n++) {
    const agent = agents[n % 2];
    if (agent === undefined) throw new Error('There are two agents.');
    const metadata = { ticket: `T${n % 4}`, n, urgent: n % 3 === 0, nested: { deep: 1 }, [`key-${n % 5}`]: null };
    const id = await newSession(api, agent.id, { metadata });
    const arms = ['local/small', 'other/large', 'other/small'].filter((_, i) => (n >> i) % 2 === 1);
    const tools = n % 3 === 1 ? ['tickets_open', 'tickets/open'] : [];
    if (n % 2 === 1) await spend(api, agent.id, id, BigInt(n) * 1_000n);
    await api.database.service.transaction(api.tenantId, (tx) =>
      live(tx, { id, n, arms, serverId: tickets.id, tools }),
    );
    made.push({ id, department: agent.department, arms, tools });
  }
  await correctAfterTheEnd(made[9]?.id ?? '', agents[1]?.id ?? '');
  known = await Promise.all(
    made.map(async (session) => {
      const { body: resource } = await request(api, 'GET', `/v1/sessions/${session.id}`);
      const { body: events } = await request(api, 'GET', `/v1/sessions/${session.id}/events?limit=100`);
      return { ...session, resource, lastEventAt: events.data.at(-1).created_at };
    }),
  );
});
afterAll(() => api.stop());

/** Writes what stages of a session write: selections, calls, turns, and where it stands. */
async function live(
  tx: Tx,
  session: { id: string; n: number; arms: readonly string[]; serverId: string; tools: readonly string[] },
): Promise<void> {
  const { id, n } = session;
  await lockSession(tx, id);
  for (const [turn, arm] of [...session.arms, ...session.arms].entries()) {
    const [provider = '', model = ''] = arm.split('/');
    const transcript = { firstTurn: 0, wholeFrom: 0, messagesFrom: 0 };
    insertSelection(tx, id, turn, {
      ...{ selection: 0, providerId: 'prov_1', provider, model, reason: 'sampled', candidates: [], propensity: 1 },
      ...{ requestBytes: 1, promptTokens: 1, maxTokens: 1, withoutCache: false, wantedTokens: null },
      transcript: transcript as never, // only its being stored matters here
    });
  }
  if (session.tools.length > 0) {
    const call = { turn: 0, callIndex: 0, toolName: 'tickets_open', serverId: session.serverId, serverTool: 'open' };
    const kind = {
      effect: 'read',
      idempotent: true,
      bundled: false,
      args: {},
      verdict: 'allow',
      reasonCode: null,
    } as const;
    insertToolCalls(tx, id, [{ id: `call_${n}`, ...call, ...kind, rule: 'default' }]);
  }
  appendEvents(tx, id, [], n % 6);
  if (n % 4 === 0) return;
  if (n % 8 === 2) return markAwaitingInput(tx, id);
  if (n % 8 === 6) {
    return markAwaitingMoney(tx, id, { account: 'run', spentUsd: 1, capUsd: 1, neededUsd: 1 } as never, undefined);
  }
  const [reason, error] = ENDS[(n >> 1) % ENDS.length] ?? ENDS[0] ?? ['completed', undefined];
  markEnded(tx, id, reason, error, undefined);
  const total = { totalTurns: n % 6, totalCostUsd: 0, durationMs: 1 };
  appendEvents(tx, id, [newEvent('ended', 'session.status_ended', { reason, ...total, error })], n % 6);
}

/** The ledger learns the true cost of a request when its session has ended. */
async function correctAfterTheEnd(sessionId: string, agentId: string): Promise<void> {
  const day = dayAccount(agentId, new Date().toISOString().slice(0, 10));
  const place = { turn: 0, selection: 0, attempt: 1, agentId, provider: 'local', model: 'small', dayAccount: day };
  const amount = { reservedNano: 3_000_000n, chargedNano: 9_000n, excessNano: 0n };
  const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
  await api.database.service.transaction(api.tenantId, async (tx) => {
    await lockSession(tx, sessionId);
    const outcome = { kind: 'reported', costNano: 21_500n, usage } as const;
    correctUnknownAttempt(tx, sessionId, { ...place, ...amount, state: 'unknown' }, outcome);
  });
}

async function found(query: string, base = '/v1/sessions'): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = ''; ; ) {
    const { status, body } = await request(api, 'GET', `${base}?${query}&limit=5${cursor}`);
    expect([query, status, body.error?.message]).toEqual([query, 200, undefined]);
    ids.push(...body.data.map(({ id }: { id: string }) => id));
    if (body.next_cursor === null) return ids;
    cursor = `&cursor=${body.next_cursor}`;
  }
}

const between = (value: string | undefined, after: string, before: string) =>
  value !== undefined && Date.parse(value) > Date.parse(after) && Date.parse(value) < Date.parse(before);

/** A time after one session was made and before the next one, since answers show no microseconds. The first of the two has not ended. */
function betweenSessions(n: number): string {
  const [one, next] = [n, n + 1].map((each) => Date.parse(known[each]?.resource.created_at));
  return new Date(Math.ceil(((one ?? Number.NaN) + (next ?? Number.NaN)) / 2)).toISOString();
}

/** Each filter with what it must find. Times stand for themselves: they are put in when the sessions are there. */
function cases(): readonly (readonly [query: string, finds: Finds])[] {
  const [early, late] = [betweenSessions(4), betweenSessions(16)];
  const span = (name: string) => `${name}_after=${early}&${name}_before=${late}`;
  const has =
    (arm: string): Finds =>
    ({ arms }) =>
      arms.includes(arm);
  return [
    ['status=running', ({ resource }) => resource.status === 'running'],
    ['status=idle', ({ resource }) => resource.status === 'idle'],
    ['status=ended', ({ resource }) => resource.status === 'ended'],
    ['idle_cause=awaiting_input', ({ resource }) => resource.idle_cause === 'awaiting_input'],
    ['idle_cause=budget', ({ resource }) => resource.idle_cause === 'budget'],
    ['reason=completed', ({ resource }) => resource.end_reason === 'completed'],
    ['reason=error', ({ resource }) => resource.end_reason === 'error'],
    ['reason=error&status=running', () => false],
    ['error_code=workflow_lost', ({ resource }) => resource.error?.code === 'workflow_lost'],
    ['error_code=nothing', () => false],
    ['error_text=quota%20EXCEEDED', ({ resource }) => /Quota exceeded/.test(resource.error?.message ?? '')],
    ['error_text=4711', ({ resource }) => /4711/.test(resource.error?.message ?? '')],
    ['error_text=quota%20gone', () => false],
    [`agent_id=${known[0]?.resource.agent_id}`, ({ resource }) => resource.agent_id === known[0]?.resource.agent_id],
    ['department=sales', ({ department }) => department === 'sales'],
    ['department=nobody', () => false],
    ['model=large', has('other/large')],
    ['model=small', ({ arms }) => arms.includes('local/small') || arms.includes('other/small')],
    ['model=small&provider=other', has('other/small')],
    ['provider=other', ({ arms }) => arms.some((arm) => arm.startsWith('other/'))],
    ['tool=tickets_open', ({ tools }) => tools.length > 0],
    ['tool=tickets/open', ({ tools }) => tools.length > 0],
    ['tool=open', () => false],
    ['metadata_key=key-3', ({ resource }) => 'key-3' in resource.metadata],
    ['metadata_key=nested', () => true],
    ['metadata_key=ticket&metadata_value=T2', ({ resource }) => resource.metadata.ticket === 'T2'],
    ['metadata_key=n&metadata_value=7', ({ resource }) => resource.metadata.n === 7],
    ['metadata_key=urgent&metadata_value=true', ({ resource }) => resource.metadata.urgent],
    [span('created'), ({ resource }) => between(resource.created_at, early, late)],
    [span('ended'), ({ resource }) => between(resource.ended_at, early, late)],
    [span('last_event'), ({ lastEventAt }) => between(lastEventAt, early, late)],
    ['min_cost_usd=0.000009', ({ resource }) => resource.cost_usd >= 0.000009],
    ['min_cost_usd=0.0000215', ({ resource }) => resource.cost_usd >= 0.0000215],
    ['min_turns=4', ({ resource }) => resource.turns >= 4],
  ];
}

test('[session:finding:each-filter-and-all-together] each filter finds the sessions that it names, alone and with each other one, in every order, and counts them', async () => {
  expect(new Set(known.map(({ resource }) => resource.status)).size).toBe(3);
  const all = cases();
  for (const [n, [query, finds]] of all.entries()) {
    const expected = known.filter(finds).map(({ id }) => id);
    expect([query, await found(query)]).toEqual([query, expected.toReversed()]);
    expect([query, (await request(api, 'GET', `/v1/sessions/count?${query}`)).body]).toEqual([
      query,
      { count: expected.length },
    ]);
    // Each filter meets others, a different one each time. A name that is given twice would be refused.
    const [other, findsOther] = all[(n * 7 + 11) % all.length] ?? all[0] ?? ['', () => true];
    const names = new Set(other.split('&').map((pair) => pair.split('=')[0]));
    if (query.split('&').some((pair) => names.has(pair.split('=')[0]))) continue;
    const both = known.filter((each) => finds(each) && findsOther(each)).map(({ id }) => id);
    expect([query, other, await found(`${query}&${other}&sort=created_at&order=asc`)]).toEqual([query, other, both]);
  }
});

test.each([
  ['that have their figures in their rows', false],
  ['that have not moved since their rows had none', true],
])(
  '[session:finding:each-filter-and-all-together] sessions %s are sorted by each value, in both directions, page by page',
  async (_, areOld) => {
    if (areOld) await forgetFigures();
    const value: Record<string, (each: Known) => number> = {
      created_at: ({ resource }) => Date.parse(resource.created_at),
      ended_at: ({ resource }) => (resource.ended_at === undefined ? Infinity : Date.parse(resource.ended_at)),
      last_event_at: ({ lastEventAt }) => Date.parse(lastEventAt),
      cost_usd: ({ resource }) => resource.cost_usd,
      turns: ({ resource }) => resource.turns,
    };
    for (const [sort, of] of Object.entries(value)) {
      for (const filter of ['', 'provider=other&']) {
        const ascending = await found(`${filter}sort=${sort}&order=asc`);
        const values = ascending.map((id) => of(known.find((each) => each.id === id) as Known));
        expect([sort, filter, values]).toEqual([sort, filter, values.toSorted((a, b) => (a === b ? 0 : a - b))]);
        expect(new Set(ascending).size).toBe(ascending.length);
        expect([sort, filter, await found(`${filter}sort=${sort}`)]).toEqual([sort, filter, ascending.toReversed()]);
      }
    }
  },
);

/** As in the rows of sessions that were idle when the columns were added. */
async function forgetFigures(): Promise<void> {
  await api.database.service.transaction(api.tenantId, (tx) =>
    tx.query('forget-figures', 'UPDATE session SET cost_nano = NULL, last_event_at = NULL WHERE tenant_id = $1', [
      tx.tenantId,
    ]),
  );
}

test('[session:finding:each-filter-and-all-together] sessions are counted by each value that they have', async () => {
  const values: Record<string, (each: Known) => readonly (string | null)[]> = {
    status: ({ resource }) => [resource.status],
    idle_cause: ({ resource }) => [resource.idle_cause ?? null],
    reason: ({ resource }) => [resource.end_reason ?? null],
    error_code: ({ resource }) => [resource.error?.code ?? null],
    agent_id: ({ resource }) => [resource.agent_id],
    department: ({ department }) => [department],
    provider: ({ arms }) => orNone([...new Set(arms.map((arm) => arm.split('/')[0] ?? ''))]),
    model: ({ arms }) => orNone([...new Set(arms.map((arm) => arm.split('/')[1] ?? ''))]),
    tool: ({ tools }) => orNone(tools.filter((tool) => tool.includes('/'))),
  };
  for (const minTurns of [0, 1]) {
    const some = known.filter(({ resource }) => resource.turns >= minTurns);
    const filter = minTurns === 0 ? '' : `min_turns=${minTurns}`;
    for (const [by, of] of Object.entries(values)) {
      const counts = new Map<string | null, number>();
      for (const each of some.flatMap(of)) counts.set(each, (counts.get(each) ?? 0) + 1);
      const { body } = await request(api, 'GET', `/v1/sessions/count?by=${by}&${filter}`);
      expect([by, filter, body.count, body.more_groups]).toEqual([by, filter, some.length, false]);
      const groups = body.groups.map((group: { value: string | null; count: number }) => [group.value, group.count]);
      expect([by, filter, new Map(groups)]).toEqual([by, filter, counts]);
    }
  }
});

const orNone = (values: readonly string[]): readonly (string | null)[] => (values.length === 0 ? [null] : values);

test.each([
  ['/v1/sessions?nonsense=1', 'unknown_field', 'nonsense'],
  ['/v1/sessions/count?limit=1', 'unknown_field', 'limit'],
  ['/v1/sessions/count?by=metadata', 'invalid_request', 'by'],
  ['/v1/sessions?sort=price', 'invalid_request', 'sort'],
  ['/v1/sessions?metadata_value=1', 'invalid_request', 'metadata_value'],
  ['/v1/sessions?error_text=!!', 'invalid_request', 'error_text'],
  ['/v1/sessions?min_turns=1.5', 'invalid_request', 'min_turns'],
  ['/v1/sessions?min_cost_usd=', 'invalid_request', 'min_cost_usd'],
  ['/v1/sessions?ended_after=yesterday', 'invalid_request', 'ended_after'],
])('[api:input:refused-and-nothing-stored] %s is refused as %s of %s', async (path, code, param) => {
  const { status, body } = await request(api, 'GET', path);
  expect([status, body.error.code, body.error.param]).toEqual([400, code, param]);
});

test('[api:input:refused-and-nothing-stored] a cursor of another order is refused, and so is one that a client made up', async () => {
  const { body: page } = await request(api, 'GET', '/v1/sessions?sort=turns&limit=1');
  const madeUp = (value: string) =>
    Buffer.from(JSON.stringify(['turns', 'desc', value, 'sess_1'])).toString('base64url');
  for (const query of [
    `cursor=${page.next_cursor}`,
    `sort=cost_usd&cursor=${page.next_cursor}`,
    `sort=turns&order=asc&cursor=${page.next_cursor}`,
    `sort=turns&cursor=${madeUp('1; DROP TABLE session')}`,
    `sort=turns&cursor=${madeUp('99999999999')}`,
  ]) {
    const { status, body } = await request(api, 'GET', `/v1/sessions?${query}`);
    expect([query, status, body.error.code]).toEqual([query, 400, 'invalid_cursor']);
  }
});

test('[session:finding:each-filter-and-all-together] what changes later is found as it is then, and nothing of an erased session is', async () => {
  const [ended] = await found('reason=completed');
  const running = known.find(({ resource }) => resource.status === 'running')?.id ?? '';
  await request(api, 'PATCH', `/v1/sessions/${running}`, {
    metadata: { ticket: 'new', [`long${'g'.repeat(300)}`]: 1 },
  });
  expect(await found('metadata_key=ticket&metadata_value=new')).toEqual([running]);
  expect(await found('metadata_key=n')).not.toContain(running);
  await request(api, 'DELETE', `/v1/sessions/${ended}`);
  expect(await found('metadata_key=nested')).not.toContain(ended);
  const rows = await api.database.database.transaction(api.tenantId, (tx) =>
    tx.query('labels-left', 'SELECT 1 FROM session_label WHERE session_id = $1', [ended]),
  );
  expect(rows).toEqual([]);
});

test('[tenant:foreign-id:like-one-that-never-was] no filter finds or counts a session of another tenant', async () => {
  const { body } = await request(api, 'POST', '/v1/tenants', { name: 'another' });
  const other = { ...api, apiKey: body.api_key.key };
  for (const [query] of cases()) {
    expect([query, (await request(other, 'GET', `/v1/sessions?${query}`)).body.data]).toEqual([query, []]);
    expect([query, (await request(other, 'GET', `/v1/sessions/count?${query}`)).body.count]).toEqual([query, 0]);
  }
});
