import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Attempt } from '../../../simulated/scripts/script-schema.ts';
import { holdTable } from '../../support/held-table.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { fieldsOf, type WrittenLine, writtenLines } from '../../support/log-lines.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import type { ToolServer } from '../../support/tool-server.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;
let tools: ToolServer;
let tenantId: string;

beforeAll(async () => {
  stack = await startTestStack({ restartWorkerAtOnce: true });
  tools = await stack.toolServer('lines', { effect: 'write', idempotent: false });
  await stack.api.call('PUT', '/v1/mcp/governance', { unknown_effects: 'tell' });
  const [tenant] = await stack.db.serviceTransaction((tx) =>
    tx.query<{ id: string }>('tenant', 'SELECT id FROM tenant'),
  );
  tenantId = tenant?.id ?? '';
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

interface StartedRun {
  readonly agentId: string;
  readonly sessionId: string;
  /** The fields of every line of the session. */
  readonly about: Record<string, unknown>;
}

async function started(models: readonly string[], body: object = {}): Promise<StartedRun> {
  const agentId = await stack.newAgent();
  const path = `/v1/agents/${agentId}/sessions`;
  const { headers, body: session } = await stack.api.request('POST', path, { message: 'Go.', models, ...body });
  const { id: sessionId } = session as { id: string };
  const about = { tenant_id: tenantId, session_id: sessionId, request_id: headers.get('request-id') };
  return { agentId, sessionId, about: { ...about, agent_id: agentId } };
}

const linesOf = (sessionId: string): WrittenLine[] =>
  writtenLines(stack.home).filter((line) => line.session_id === sessionId);

/** The lines of a session that ended, without the one of its start, once there are as many as are expected. */
async function linesOfEnded(sessionId: string, count: number): Promise<[string, Record<string, unknown>][]> {
  await stack.api.watch(sessionId).ended(60_000);
  const told = () => linesOf(sessionId).filter((line) => line.event !== 'run_accepted');
  await until(`${count} lines of ${sessionId}`, () => told().length >= count).catch(() => undefined);
  return told().map((line) => [line.level, fieldsOf(line)]);
}

const DURATION = { duration_ms: expect.any(Number) };
const CALL_ID = expect.stringMatching(/^call_/);

test.each<[string, Attempt, object]>([
  ['429', { status: 429, retryAfter: '0' }, { status: 429, cause: 'model.rate_limited', state: 'released' }],
  ['500', { status: 500 }, { status: 500, cause: 'model.overloaded', state: 'released' }],
  ['401', { status: 401 }, { status: 401, cause: 'model.unauthorized', state: 'released' }],
  ['402', { status: 402 }, { status: 402, cause: 'model.quota_exhausted', state: 'released' }],
  ['404', { status: 404 }, { status: 404, cause: 'model.not_found', state: 'released' }],
  ['413', { status: 413 }, { status: 413, cause: 'model.context_too_long', state: 'released' }],
  ['400', { status: 400 }, { status: 400, cause: 'model.rejected', state: 'released' }],
  [
    'a reset before the answer',
    { reset: 'before_headers' },
    { cause: 'model.unreachable', code: expect.stringMatching(/^[A-Z_]+$/), state: 'unknown' },
  ],
  [
    'a stream that breaks',
    { text: 'Half of a sentence.', chunks: 4, reset: 'mid_stream' },
    { status: 200, cause: 'model.interrupted', code: expect.stringMatching(/^[A-Z_]+$/), state: 'unknown' },
  ],
  ['an empty answer', { text: '' }, { cause: 'model.empty_answer', state: 'settled' }],
])(
  '[log:failure:one-line-with-its-fields] [log:form:json-lines-with-iso-time] an attempt of a model that fails with %s leaves one line',
  async (_, attempt, failed) => {
    const script = await stack.script({ turns: [[attempt, { text: 'Done.' }]] });
    const run = await started(script.models);
    const lines = await linesOfEnded(run.sessionId, 1);
    expect(lines[0]).toEqual([
      'warn',
      {
        ...run.about,
        event: 'model_attempt_failed',
        turn: 0,
        stage: 'callModel',
        selection: 0,
        attempt: 1,
        provider: script.name,
        model: 'scripted-1',
        ...DURATION,
        ...failed,
      },
    ]);
  },
);

test('[log:failure:one-line-with-its-fields] an attempt that a killed worker left behind leaves one line, as unknown', async () => {
  const script = await stack.script({ turns: [[{ text: 'Lost.' }, { text: 'Done.' }]], repeatLastAttempt: true });
  stack.killWorkerAt('model_dispatched.after');
  const run = await started(script.models);
  const lost = { cause: 'model.lost', state: 'unknown', provider: script.name, model: 'scripted-1', attempt: 1 };
  expect(await linesOfEnded(run.sessionId, 1)).toEqual([
    ['warn', { ...run.about, event: 'model_attempt_failed', turn: 0, stage: 'callModel', selection: 0, ...lost }],
  ]);
  await stack.workerReady();
});

test('[log:failure:one-line-with-its-fields] [session:terminated:says-whose-doing] an interrupt leaves a line for the call that it aborts and one for the end, with the key that sent it', async () => {
  const script = await stack.script({ turns: [[{ text: 'Slow', holdUntil: 'never' }]] });
  const run = await started(script.models);
  await script.waitForRequests(1);
  const path = `/v1/sessions/${run.sessionId}/events`;
  const { headers, body } = await stack.api.request('POST', path, { type: 'user.interrupt' });
  const keyId = await keyOfStack();
  const { id, inbox_seq } = body as { id: string; inbox_seq: number };
  const [accepted, aborted, ended] = await linesOfEnded(run.sessionId, 3);
  expect(accepted).toEqual([
    'info',
    {
      event: 'message_accepted',
      tenant_id: tenantId,
      session_id: run.sessionId,
      request_id: headers.get('request-id'),
      key_id: keyId,
      message_id: id,
      inbox_seq,
      type: 'user.interrupt',
    },
  ]);
  expect(aborted).toMatchObject(['info', { event: 'model_attempt_failed', cause: 'model.aborted', state: 'unknown' }]);
  const why = { reason: 'interrupted', cause: 'interrupted', by: keyId, turns: 1 };
  expect(ended).toEqual(['info', { ...run.about, turn: 0, event: 'session_ended', ...why, ...DURATION }]);
});

test.each<[string, () => [string, Record<string, unknown>], object]>([
  [
    'fails',
    () => [tools.tool('fail'), {}],
    { event: 'tool_call_failed', state: 'failed', cause: 'tool.result_is_error' },
  ],
  [
    'crashes its server',
    () => [tools.tool('crash'), {}],
    { event: 'tool_call_failed', state: 'unknown', cause: 'tool.outcome_unknown' },
  ],
])('[log:failure:one-line-with-its-fields] a tool call that %s leaves one line', async (_, call, failed) => {
  const [name, args] = call();
  const script = await stack.script({ turns: [[{ toolCalls: [{ name, args }] }], [{ text: 'Done.' }]] });
  const run = await started(script.models);
  const about = { ...run.about, turn: 0, call_id: CALL_ID, server: tools.id, tool: name.replace('lines_', '') };
  expect(await linesOfEnded(run.sessionId, 1)).toEqual([['warn', { ...about, ...DURATION, ...failed }]]);
});

test.each<[string, () => [string, Record<string, unknown>], object]>([
  ['of a tool that there is not', () => ['canary_word_of_the_model', {}], { cause: 'tool.unknown' }],
  [
    'with arguments that do not fit',
    () => ['workspace_read', { name: 7 }],
    { cause: 'tool.invalid_arguments', server: 'workspace', tool: 'read' },
  ],
  ['that policy forbids', () => [tools.tool('noise'), {}], { cause: 'tool.not_allowed', tool: 'noise' }],
])('[log:failure:one-line-with-its-fields] a tool call %s leaves one line, as refused', async (_, call, refused) => {
  const [name, args] = call();
  await stack.api.call('PUT', '/v1/mcp/governance/policy', {
    tool_name: tools.tool('noise'),
    allowed: false,
    requires_approval: false,
  });
  const script = await stack.script({ turns: [[{ toolCalls: [{ name, args }] }], [{ text: 'Done.' }]] });
  const run = await started(script.models);
  const lines = await linesOfEnded(run.sessionId, 1);
  const server = name.startsWith('lines_') ? { server: tools.id } : {};
  const about = { ...run.about, event: 'tool_call_refused', turn: 0, call_id: CALL_ID, ...server };
  expect(lines).toEqual([['info', { ...about, ...refused }]]);
});

test('[log:failure:one-line-with-its-fields] [log:request:found-from-its-session] each attempt of a stage that fails leaves one line with its number and where it came from', async () => {
  const script = await stack.script({ turns: [[{ text: 'Done.' }]] });
  const held = await holdTable(stack.db, 'context_document');
  const run = await started(script.models);
  await until(
    'two attempts to fail',
    () => linesOf(run.sessionId).filter(({ event }) => event === 'stage_failed').length >= 2,
  );
  await held.release();
  const lines = await linesOfEnded(run.sessionId, 2);
  const { agent_id: _, ...about } = run.about;
  const failed = { ...about, event: 'stage_failed', turn: 0, stage: 'refreshContext', retried: true, ...DURATION };
  const err = { type: 'error', code: '55P03', stack: expect.arrayContaining([expect.stringMatching(/^at /)]) };
  const cause = { cause: 'database.unavailable', code: '55P03' };
  expect(lines).toEqual(lines.map((__, before) => ['warn', { ...failed, ...cause, attempt: before + 1, err }]));
});

test.each<[string, object, object]>([
  ['max_turns', { max_turns: 1 }, { level: 'info', cause: 'max_turns', turn: 0, turns: 1 }],
  ['idle_timeout', { on_complete: 'idle', idle_timeout_s: 0.3 }, { level: 'info', cause: 'idle_timeout', turns: 1 }],
])(
  '[log:failure:one-line-with-its-fields] a session that ends as %s leaves one line',
  async (reason, body, expected) => {
    const turns =
      reason === 'max_turns' ? [[{ toolCalls: [{ name: 'workspace_list', args: {} }] }]] : [[{ text: 'Yes?' }]];
    const script = await stack.script({ turns, repeat: true });
    const run = await started(script.models, body);
    const { level, ...why } = expected as { level: string };
    expect(await linesOfEnded(run.sessionId, 1)).toEqual([
      [level, { ...run.about, event: 'session_ended', reason, ...why, ...DURATION }],
    ]);
  },
);

test('[log:failure:one-line-with-its-fields] [session:terminated:says-whose-doing] a session that somebody terminates says who it was, in its log line, its event and the audit', async () => {
  const script = await stack.script({
    turns: [[{ text: 'Slow.', holdUntil: 'go', toolCalls: [{ name: 'workspace_list', args: {} }] }]],
  });
  const run = await started(script.models);
  await script.waitForRequests(1);
  await stack.api.call('PATCH', `/v1/agent/profiles/lifecycle/${run.agentId}`, { state: 'suspended' });
  await script.release('go');
  const by = await keyOfStack();
  const why = { reason: 'terminated', cause: 'agent_suspended', by, turns: 1 };
  expect(await linesOfEnded(run.sessionId, 1)).toEqual([
    ['warn', { ...run.about, turn: 1, event: 'session_ended', ...why, ...DURATION }],
  ]);
});

/** The id of the key that the stack's client uses: its use was noted last. */
async function keyOfStack(): Promise<string> {
  const [key] = await stack.db.serviceTransaction((tx) =>
    tx.query<{ id: string }>('key-of-stack', 'SELECT id FROM api_key WHERE tenant_id = $1 ORDER BY id LIMIT 1', [
      tenantId,
    ]),
  );
  return key?.id ?? '';
}
