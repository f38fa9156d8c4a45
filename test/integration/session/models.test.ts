import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ScriptInput } from '../../../simulated/scripts/script-schema.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';

let stack: TestStack;
let agentId: string;

beforeAll(async () => {
  stack = await startTestStack();
  agentId = await stack.newAgent();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

type ScriptedAttempt = Extract<ScriptInput, { turns: unknown }>['turns'][number][number];

/** Two models at one endpoint. The one that is asked first fails, and the other one answers. */
const TWO = [
  { id: 'one', inputUsdPerMtok: 1, outputUsdPerMtok: 4 },
  { id: 'two', inputUsdPerMtok: 1, outputUsdPerMtok: 4 },
];

interface Fault {
  readonly name: string;
  readonly attempt: ScriptedAttempt;
  readonly type: string;
  /** What the failover says of it. */
  readonly says: RegExp;
  readonly state: 'released' | 'unknown';
}

const FAULTS: readonly Fault[] = [
  {
    name: 'a 429',
    attempt: { status: 429, errorMessage: 'slow down' },
    type: 'model.rate_limited',
    says: /^429: rate limited: slow down$/,
    state: 'released',
  },
  {
    name: 'a 429 with Retry-After',
    attempt: { status: 429, retryAfter: '1' },
    type: 'model.rate_limited',
    says: /^429: rate limited/,
    state: 'released',
  },
  { name: 'a 500', attempt: { status: 500 }, type: 'model.overloaded', says: /^500: /, state: 'released' },
  {
    name: 'a reset before the answer',
    attempt: { reset: 'before_headers' },
    type: 'model.unreachable',
    says: /^the connection broke before an answer/,
    state: 'unknown',
  },
  {
    name: 'a reset in the answer',
    attempt: { text: 'Half of it.', chunks: 8, reset: 'mid_stream' },
    type: 'model.interrupted',
    says: /stream|damaged/,
    state: 'unknown',
  },
  {
    name: 'a truncated answer',
    attempt: { text: 'Half of it.', chunks: 8, truncate: 'mid_stream' },
    type: 'model.interrupted',
    says: /stream|damaged/,
    state: 'unknown',
  },
  {
    name: 'a malformed answer',
    attempt: { text: 'Half of it.', chunks: 8, malformed: true },
    type: 'model.interrupted',
    says: /stream|damaged/,
    state: 'unknown',
  },
  {
    name: 'a key that may not use the model',
    attempt: { status: 403, errorMessage: 'no access to this model' },
    type: 'model.unauthorized',
    says: /^403: /,
    state: 'released',
  },
  { name: 'a refused request', attempt: { status: 400 }, type: 'model.rejected', says: /^400: /, state: 'released' },
];

/** A stream that broke had begun with 200. */
function statusOf({ attempt, type }: Fault): number | undefined {
  return type === 'model.unreachable' ? undefined : (attempt.status ?? 200);
}

test.each(FAULTS)(
  '[model:failure:another-model-or-a-wait] [model:failure:says-what-failed] [I3] another model answers after $name, and log and ledger say what failed',
  async (fault) => {
    const script = await stack.script({ turns: [[fault.attempt, { text: 'Answered.' }]] }, { models: TWO });
    const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 1 });
    expect((await run.ended()).reason).toBe('completed');
    const selected = run.ofType('br.model_selected');
    expect(selected).toHaveLength(2);
    expect(selected[1]).toMatchObject({ reason: 'failover', turnIndex: 0 });
    expect(selected[1]?.model).not.toBe(selected[0]?.model);
    const { model, provider } = selected[0] ?? {};
    const message = expect.stringMatching(fault.says);
    expect(selected[1]?.failed).toEqual({ model, provider, type: fault.type, status: statusOf(fault), message });
    expect(selected[0]).not.toHaveProperty('failed');
    const decision = await stack.api.call('GET', `/v1/sessions/${run.sessionId}/turns/0/decision`);
    expect(decision).toMatchObject({ selections: [{ failed_type: fault.type, failed_message: message }, {}] });
    expect(run.ofType('agent.message')).toMatchObject([{ text: 'Answered.', model: selected[1]?.model }]);
    expect(await attemptsOf(run.sessionId)).toEqual([
      { state: fault.state, failedType: fault.type },
      { state: 'settled', failedType: null },
    ]);
  },
);

test('[model:routing:learns-once-a-turn] the cost of a model is learned from its own answers, and not from those of a model that failed before it', async () => {
  const broken = { text: 'Half of it.', chunks: 8, reset: 'mid_stream' } as const;
  const script = await stack.script({ turns: [[broken, { text: 'Answered.' }]] }, { models: TWO });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 1 });
  expect((await run.ended()).reason).toBe('completed');
  const [learned] = await stack.db.serviceTransaction((tx) =>
    tx.query<{ ratio: number; costNano: number; referenceNano: number }>(
      'cost-that-was-learned',
      `SELECT exp(p.cost_mean_log) AS ratio, a.charged_nano::float8 AS "costNano",
              (SELECT (c->>'referenceCostNano')::float8 FROM jsonb_array_elements(s.candidates) c
                WHERE c->>'model' = a.model) AS "referenceNano"
         FROM model_attempt a
         JOIN selection s USING (session_id, turn, selection)
         JOIN posterior p ON (p.provider, p.model) = (a.provider, a.model)
        WHERE a.session_id = $1 AND a.state = 'settled'`,
      [run.sessionId],
    ),
  );
  expect(learned?.ratio).toBeCloseTo((learned?.costNano ?? 0) / (learned?.referenceNano ?? 1), 6);
});

test('[model:failure:another-model-or-a-wait] a turn whose models are all down waits as long as the provider asked, and goes on', async () => {
  const script = await stack.script({
    turns: [[{ status: 503 }, { status: 429, retryAfter: '1' }, { text: 'At last.', holdUntil: 'go' }]],
  });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(3);
  const [, refused = 0, next] = (await script.report()).requests.map((request) => Date.parse(request.at));
  const downUntil = await downUntilMs(script.name);
  expect(downUntil).toBeGreaterThanOrEqual(refused + 1_000);
  expect(next).toBeGreaterThanOrEqual(downUntil);
  await script.release('go');
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('br.model_selected').map((selected) => selected.reason)).toEqual([
    'only_candidate',
    'failover',
    'failover',
  ]);
});

test('[provider:key:opens-at-once] [model:failure:says-what-failed] a model whose key was refused is out, says so, and is back with another key or a test that passes', async () => {
  const refused = { status: 401, errorMessage: 'wrong key' } as const;
  // No session pays for a test, so the check of the ledger must not look for its usage.
  const tested = { text: 'ok', usage: null };
  const script = await stack.script({
    turns: [[refused, { text: 'With the new key.' }, refused, tested, { text: 'After the test.' }]],
  });
  const health = async (path: string) => {
    const { data } = await stack.api.call<{ data: { name?: string; provider: string; health: object }[] }>('GET', path);
    return data.find(({ name, provider }) => (name ?? provider) === script.name)?.health;
  };
  const run = async () => stack.api.run(agentId, { message: 'Go.', models: script.models });
  const down = { state: 'down', why: 'model.unauthorized: 401: the key was not accepted: wrong key' };

  expect(await health('/v1/providers?limit=100')).toEqual({ state: 'up' });
  expect((await (await run()).ended()).reason).toBe('error');
  expect(await health('/v1/providers?limit=100')).toEqual({ ...down, until: expect.any(String) });
  expect(await health('/v1/models?limit=100')).toEqual({ ...down, until: expect.any(String) });

  const changed = await stack.api.call('PATCH', `/v1/providers/${script.id}`, { api_key: 'sk-another-key-for-it' });
  expect(changed).toMatchObject({ id: script.id, api_key: '••••r-it', health: { state: 'up' } });
  expect((await (await run()).ended()).reason).toBe('completed');

  expect((await (await run()).ended()).reason).toBe('error');
  expect(await stack.api.call('POST', `/v1/providers/${script.id}/test`)).toMatchObject({ ok: true });
  expect(await health('/v1/providers?limit=100')).toEqual({ state: 'up' });
  expect((await (await run()).ended()).reason).toBe('completed');
});

test('[provider:key:opens-at-once] a session that waits for its model goes on when the provider is changed', async () => {
  const script = await stack.script({ turns: [[{ status: 429, retryAfter: '240' }, { text: 'At once.' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(1, { closed: true });
  await stack.api.call('PATCH', `/v1/providers/${script.id}`, { api_key: 'sk-another-key-for-it' });
  expect((await run.ended()).reason).toBe('completed');
});

test('[model:failure:another-model-or-a-wait] tools that are connected while a turn fails over are offered to the next turn', async () => {
  const script = await stack.script(
    {
      turns: [
        [{ status: 503, holdUntil: 'connected' }, { toolCalls: [{ name: 'workspace_list', args: {} }] }],
        [{ text: 'Done.' }],
      ],
    },
    { models: TWO },
  );
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(1);
  const server = await stack.toolServer('late', { effect: 'read', idempotent: false });
  await script.release('connected');
  expect((await run.ended()).reason).toBe('completed');
  const offered = (await script.report()).requests.map(({ body }) =>
    JSON.stringify(body).includes(server.tool('echo')),
  );
  expect(offered).toEqual([false, false, true]);
});

test('[steering:mid-run:processed-at-next-boundary] [model:failure:another-model-or-a-wait] an interrupt ends a session that waits for its models to come back', async () => {
  const script = await stack.script({ turns: [[{ status: 429, retryAfter: '120' }]], repeatLastAttempt: true });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(1, { closed: true });
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect((await run.ended()).reason).toBe('interrupted');
});

test('[I3] the text of a failed attempt is never shown', async () => {
  const script = await stack.script(
    {
      turns: [
        [
          { text: 'Half of a thought that broke off.', chunks: 8, truncate: 'mid_stream' },
          { text: 'A whole thought.' },
        ],
      ],
    },
    { models: TWO },
  );
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await run.ended();
  expect(run.ofType('agent.message').map((message) => message.text)).toEqual(['A whole thought.']);
});

test('[model:failure:another-model-or-a-wait] one turn may be answered over one protocol and the next over another, with tool calls in between', async () => {
  const turns = (text: string): ScriptInput => ({
    turns: [
      [{ toolCalls: [{ name: 'workspace_list', args: {} }] }],
      [{ toolCalls: [{ name: 'workspace_list', args: {} }] }],
      [{ text }],
    ],
    repeatLastAttempt: true,
  });
  const providers = [
    await stack.script(turns('By OpenAI.'), { protocol: 'openai-chat' }),
    await stack.script(turns('By Anthropic.'), { protocol: 'anthropic-messages' }),
    await stack.script(turns('By Google.'), { protocol: 'google-generate' }),
  ];
  const models = providers.flatMap((provider) => provider.models);
  for (let n = 0; n < 4; n++) {
    const run = await stack.api.run(agentId, { message: `Go ${n}.`, models });
    expect((await run.ended()).reason).toBe('completed');
    expect(run.ofType('br.model_selected').every((selected) => selected.reason !== 'failover')).toBe(true);
  }
  for (const provider of providers)
    expect((await provider.report()).requests.every(({ sent }) => sent.status === 200)).toBe(true);
});

/** In Google's protocol arguments are an object of the answer itself, so any other value makes the answer malformed. */
const ODD_CALLS: readonly {
  name: string;
  call: NonNullable<ScriptedAttempt['toolCalls']>[number];
  notOverGoogle?: boolean;
}[] = [
  { name: 'a name with NUL', call: { name: 'work\u0000space', rawArgs: '{}' } },
  { name: 'a name of 5,000 characters', call: { name: 'é'.repeat(5_000), rawArgs: '{}' } },
  { name: 'the name __proto__', call: { name: '__proto__', rawArgs: '{}' } },
  { name: 'the name constructor', call: { name: 'constructor', rawArgs: '{}' } },
  { name: 'arguments that are not JSON', call: { name: 'workspace_list', rawArgs: '{"half": ' }, notOverGoogle: true },
  { name: 'arguments that are a list', call: { name: 'workspace_list', rawArgs: '[1, 2]' }, notOverGoogle: true },
  { name: 'arguments with NUL', call: { name: 'workspace_search', rawArgs: '{"query": "a\\u0000b"}' } },
  { name: 'arguments with half a character', call: { name: 'workspace_search', rawArgs: '{"query": "a\\ud800b"}' } },
  {
    name: 'arguments nested 5,000 deep',
    call: { name: 'workspace_search', rawArgs: `{"query": ${'['.repeat(5_000)}${']'.repeat(5_000)}}` },
    notOverGoogle: true,
  },
  {
    name: 'arguments with a __proto__',
    call: { name: 'workspace_search', rawArgs: '{"query": "a", "__proto__": {"x": 1}}' },
    notOverGoogle: true,
  },
];

test.each(ODD_CALLS.map(({ name, ...odd }) => [name, odd] as const))(
  '[tool:call:checked-before-it-runs] [I5] a tool call with %s gets a result, and the session goes on',
  async (_name, { call, notOverGoogle }) => {
    for (const protocol of ['openai-chat', 'anthropic-messages', 'google-generate'] as const) {
      if (protocol === 'google-generate' && notOverGoogle === true) continue;
      const script = await stack.script({ turns: [[{ toolCalls: [call] }], [{ text: 'Done.' }]] }, { protocol });
      const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
      const ended = await run.ended();
      expect([protocol, ended.reason, ended.totalTurns, ended.error]).toEqual([protocol, 'completed', 2, undefined]);
      const [use] = run.ofType('agent.tool_use');
      expect(use?.toolName).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      expect(run.ofType('agent.tool_result')).toHaveLength(1);
    }
  },
);

test('[tool:call:bundled-and-external] an answer with a hundred tool calls has a hundred results', async () => {
  const toolCalls = Array.from({ length: 100 }, (_, n) => ({ name: 'workspace_search', args: { query: `n${n}` } }));
  const script = await stack.script({ turns: [[{ toolCalls }], [{ text: 'Done.' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  expect(run.ofType('agent.tool_result')).toHaveLength(100);
});

test('[model:failure:another-model-or-a-wait] [model:routing:learns-once-a-turn] an answer that stopped at max_tokens says so and gets half the reward', async () => {
  const script = await stack.script({ turns: [[{ text: 'Half a', finish: 'length' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('agent.message')).toMatchObject([{ text: 'Half a', stoppedBy: 'length' }]);
  const outcomes = await stack.db.serviceTransaction((tx) =>
    tx.query('outcome-of-half', 'SELECT reward FROM outcome WHERE session_id = $1', [run.sessionId]),
  );
  expect(outcomes).toEqual([{ reward: 0.5 }]);
});

test('[answer:ending:never-completed-with-nothing] an empty answer to a message is asked for once more, then the run ends with an error', async () => {
  const script = await stack.script({ turns: [[{ text: '' }]], repeatLastAttempt: true });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  const ended = await run.ended();
  expect(ended.reason).toBe('error');
  expect(ended.error?.message).toContain('model.empty_answer');
  expect((await script.report()).seen).toBe(2);
  expect(await attemptsOf(run.sessionId)).toEqual(
    Array(2).fill({ state: 'settled', failedType: 'model.empty_answer' }),
  );
});

test('[answer:ending:never-completed-with-nothing] an empty answer after results of tools ends the run, and it says so', async () => {
  const toolCalls = [{ name: 'workspace_search', args: { query: 'a' } }];
  const script = await stack.script({ turns: [[{ toolCalls }], [{ text: '' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2, stoppedBy: 'empty' });
  expect(run.ofType('agent.message')).toMatchObject([{ text: '', stoppedBy: 'empty' }]);
});

test('[answer:cut:calls-are-never-run] the calls of an answer that was cut are not run, and the model is told where it was cut', async () => {
  const call = { name: 'workspace_write', args: { path: 'a.md', content: 'Half' } };
  const attempt = { toolCalls: [call], finish: 'length' as const, usage: { outputTokens: 77 } };
  const script = await stack.script({ turns: [[attempt], [{ text: 'Done.' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  expect(run.ofType('agent.tool_use')).toMatchObject([{ permission: 'deny' }]);
  const [result] = run.ofType('agent.tool_result');
  expect(result?.isError).toBe(true);
  expect(result?.preview).toMatch(/cut off at its limit after 77 tokens.*several smaller calls/);
});

test('[model:choice:can-be-explained] the choice of a turn can be explained by its candidates, their eligibility and its propensity', async () => {
  const script = await stack.script({ turns: [[{ text: 'Done.' }]] }, { models: TWO });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await run.ended();
  const [selected] = run.ofType('br.model_selected');
  expect(selected?.candidates.map((candidate) => [candidate.model, candidate.eligible])).toEqual([
    ['one', true],
    ['two', true],
  ]);
  expect(selected?.propensity).toBeGreaterThan(0);
  expect(selected?.propensity).toBeLessThanOrEqual(1);
});

async function downUntilMs(provider: string): Promise<number> {
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ until: Date }>('down-until', 'SELECT open_until AS until FROM circuit WHERE provider = $1', [provider]),
  );
  return rows[0]?.until.getTime() ?? Number.NaN;
}

function attemptsOf(sessionId: string): Promise<{ state: string; failedType: string | null }[]> {
  return stack.db.serviceTransaction((tx) =>
    tx.query(
      'attempts-of-session',
      `SELECT state, failed_type AS "failedType" FROM model_attempt WHERE session_id = $1 ORDER BY turn, selection, attempt`,
      [sessionId],
    ),
  );
}
