/**
 * Records the histories that every later build must replay (I7), one file a scenario, into test/histories/.
 * Run it by hand for a new path of the workflow: node --import tsx test/support/record-histories.ts [scenario …]
 * A history that landed never changes, since sessions that are in flight during a deploy have such a history.
 */
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { WAKE_SIGNAL } from '../../temporal/session-workflow.ts';
import { askingRun } from './asking-run.ts';
import { startEagerTemporal } from './eager-temporal.ts';
import type { EventWatch } from './event-watch.ts';
import { bulk, bulkEnd, failedSessions } from './failed-sessions.ts';
import { untilTimerStarted } from './held-sessions.ts';
import { historyToJson } from './history-json.ts';
import { judgedEverywhere, startJudgingProvider } from './judging-provider.ts';
import { createMovableClock } from './movable-clock.ts';
import { DEAR, LIST } from './script-parts.ts';
import { startTestStack, type TestStack } from './stack.ts';
import { until } from './until.ts';
import { idleForMoney, waitingForApproval, waitingForMoney } from './waiting-runs.ts';

const HISTORIES = fileURLToPath(new URL('../histories/', import.meta.url));
const clock = createMovableClock();
/** Few, so that sessions wait for a slot. */
const MODEL_CALLS_AT_ONCE = 3;
const TOOL_CALLS_AT_ONCE = 2;

/** A bulk job, whose workflow has its id. */
interface RecordedJob {
  readonly workflowId: string;
  ended(timeoutMs: number): Promise<unknown>;
}

type Scenario = (stack: TestStack, agentId: string) => Promise<EventWatch | RecordedJob>;

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  async 'bundled-tools'(stack, agentId) {
    const write = { name: 'workspace_write', args: { name: 'a.md', content: 'A' } };
    const script = await stack.script({
      turns: [[{ toolCalls: [write, LIST] }], [{ toolCalls: [LIST] }], [{ text: 'Done.' }]],
    });
    return stack.api.run(agentId, { message: 'Go.', models: script.models });
  },
  async 'external-tools'(stack, agentId) {
    const reads = await stack.toolServer('reads', { effect: 'read', idempotent: false });
    const writes = await stack.toolServer('writes', { effect: 'write', idempotent: false });
    const calls = [
      { name: reads.tool('echo'), args: { text: 'a' } },
      { name: writes.tool('count'), args: { note: 'recorded' } },
      { name: reads.tool('slow'), args: { ms: 50 } },
      LIST,
    ];
    const script = await stack.script({ turns: [[{ toolCalls: calls }], [{ text: 'Done.' }]] });
    return stack.api.run(agentId, { message: 'Go.', models: script.models });
  },
  async 'idle-and-wake'(stack, agentId) {
    const script = await stack.script({ turns: [[{ text: 'One.' }], [{ text: 'Two.' }]] });
    const body = { message: 'Go.', models: script.models, on_complete: 'idle', idle_timeout_s: 2 };
    const run = await stack.api.run(agentId, body);
    await run.waitForType('session.status_idle');
    await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'Again.' });
    return run;
  },
  async interrupt(stack, agentId) {
    const script = await stack.script({ turns: [[{ toolCalls: [LIST] }], [{ text: 'Slow.', holdUntil: 'never' }]] });
    const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
    await script.waitForRequests(2);
    await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
    return run;
  },
  async 'failover-and-outage'(stack, agentId) {
    const script = await stack.script({
      turns: [[{ status: 500 }, { status: 429, retryAfter: '1' }, { text: 'At last.' }]],
    });
    return stack.api.run(agentId, { message: 'Go.', models: script.models });
  },
  async 'timed-out'(stack, agentId) {
    const script = await stack.script({ turns: [[{ hang: true }, { text: 'At last.' }]] });
    await stack.api.call('PATCH', `/v1/providers/${script.id}`, { time_limits: { first_token_s: 1 } });
    return stack.api.run(agentId, { message: 'Go.', models: script.models });
  },
  async 'budget-wait'(stack) {
    const { run, holding } = await waitingForMoney(stack);
    await holding.release('go');
    return run;
  },
  async 'budget-raised'(stack) {
    const { agentId, run, holding } = await waitingForMoney(stack);
    await stack.api.call('PUT', '/v1/budget/limits', { agent_id: agentId, daily_usd: 10 });
    await run.ended();
    await holding.release('go');
    return run;
  },
  async 'woken-for-nothing'(stack, agentId) {
    const script = await stack.script({ turns: [[{ text: 'One.' }], [{ text: 'Two.' }]] });
    const body = { message: 'Go.', models: script.models, on_complete: 'idle', idle_timeout_s: 10 };
    const run = await stack.api.run(agentId, body);
    await run.waitForType('session.status_idle');
    const workflow = stack.temporal.workflow.getHandle(run.sessionId);
    const firstRunId = (await workflow.describe()).runId;
    // The history to keep is that of the run after the session has continued as new while idle.
    while ((await workflow.describe()).runId === firstRunId) await workflow.signal(WAKE_SIGNAL);
    await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'Awake?' });
    return run;
  },
  async steered(stack, agentId) {
    const script = await stack.script({
      turns: [[{ toolCalls: [LIST], holdUntil: 'go' }], [{ toolCalls: [LIST] }], [{ text: 'Done.' }]],
    });
    const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
    await script.waitForRequests(1);
    await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'This, too.' });
    await script.release('go');
    return run;
  },
  async 'max-turns'(stack, agentId) {
    const script = await stack.script({ generate: { turns: 0, forever: true, toolName: LIST.name } });
    return stack.api.run(agentId, { message: 'Go.', models: script.models, max_turns: 4 });
  },
  async 'budget-exhausted'(stack, agentId) {
    const script = await stack.script(
      { turns: [[{ toolCalls: [LIST], usage: { outputTokens: 4_700 } }], [{ text: 'Never asked.' }]] },
      { models: DEAR },
    );
    return stack.api.run(agentId, { message: 'Go.', models: script.models, budget_cap_usd: 1.9 });
  },
  async 'input-counted'(stack, agentId) {
    const name = 'counted';
    const message = 'The bees of hive 7 gave 12 kg of honey in June, which is more than in May.\n'.repeat(800);
    await stack.scripts.put(name, { turns: [[{ toolCalls: [LIST] }], [{ text: 'Done.' }]] });
    const base_url = `${stack.addresses.simulatedUrl}/scripts/${name}`;
    await stack.api.call('POST', '/v1/providers', { provider: 'simulated', name, base_url });
    return stack.api.run(agentId, { message, models: [`${name}/sim-scout`], budget_cap_usd: 0.027 });
  },
  async 'money-raised'(stack, agentId) {
    const { run } = await idleForMoney(stack, agentId);
    await stack.api.call('PATCH', `/v1/sessions/${run.sessionId}`, { budget_cap_usd: 0.501 });
    await until('the new figures', () => run.ofType('session.status_idle').length === 2);
    await stack.api.call('PATCH', `/v1/sessions/${run.sessionId}`, { budget_cap_usd: 5 });
    return run;
  },
  async 'money-interrupted'(stack, agentId) {
    const { run } = await idleForMoney(stack, agentId);
    await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
    return run;
  },
  async 'money-timed-out'(stack, agentId) {
    return (await idleForMoney(stack, agentId, { idle_timeout_s: 1 })).run;
  },
  async 'money-woken-for-nothing'(stack, agentId) {
    const { run } = await idleForMoney(stack, agentId);
    const workflow = stack.temporal.workflow.getHandle(run.sessionId);
    const firstRunId = (await workflow.describe()).runId;
    // The history to keep is that of the run after the session has continued as new while idle for money.
    while ((await workflow.describe()).runId === firstRunId) await workflow.signal(WAKE_SIGNAL);
    await stack.api.call('PATCH', `/v1/sessions/${run.sessionId}`, { budget_cap_usd: 5 });
    return run;
  },
  async 'money-new-day'(stack) {
    const agentId = await stack.newAgent({ budget_daily_usd: 0.5 });
    const call = { toolCalls: [LIST], usage: { outputTokens: 1_000 }, holdUntil: 'go' };
    const script = await stack.script({ turns: [[call], [{ text: 'Done.' }]] }, { models: DEAR });
    const run = await stack.api.run(agentId, { message: 'Go.', models: script.models, on_budget: 'ask' });
    await script.waitForRequests(1);
    clock.endDayIn(3_000);
    await script.release('go');
    return run;
  },
  async queued(stack, agentId) {
    const { run, holding } = await waitingForSlot(stack, agentId);
    await holding.release('go');
    return run;
  },
  async 'queued-interrupted'(stack, agentId) {
    const { run, holding } = await waitingForSlot(stack, agentId);
    await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
    await run.ended();
    await holding.release('go');
    return run;
  },
  async 'queued-woken-for-nothing'(stack, agentId) {
    const { run, holding } = await waitingForSlot(stack, agentId);
    const workflow = stack.temporal.workflow.getHandle(run.sessionId);
    const firstRunId = (await workflow.describe()).runId;
    // The history to keep is that of the run after the session has continued as new while it waited for a slot.
    while ((await workflow.describe()).runId === firstRunId) await workflow.signal(WAKE_SIGNAL);
    await holding.release('go');
    return run;
  },
  async 'queued-tools'(stack, agentId) {
    const reads = await stack.toolServer(`reads-${agentId}`, { effect: 'read', idempotent: false });
    const calls = Array.from({ length: TOOL_CALLS_AT_ONCE + 1 }, () => ({
      name: reads.tool('slow'),
      args: { ms: 500 },
    }));
    const script = await stack.script({ turns: [[{ toolCalls: calls }], [{ text: 'Done.' }]] });
    return stack.api.run(agentId, { message: 'Go.', models: script.models });
  },
  async 'approval-answered'(stack, agentId) {
    const { run, pending } = await waitingForApproval(stack, agentId);
    await stack.api.call('POST', `/v1/mcp/approvals/${pending[0]?.approvalId}/approve`, {});
    await until('the second question', () => run.ofType('session.status_idle').length === 2);
    await stack.api.call('POST', `/v1/mcp/approvals/${pending[1]?.approvalId}/deny`, {});
    return run;
  },
  async 'approval-expired'(stack, agentId) {
    return (await waitingForApproval(stack, agentId, { idle_timeout_s: 1 })).run;
  },
  async 'approval-interrupted'(stack, agentId) {
    const { run } = await waitingForApproval(stack, agentId);
    await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
    return run;
  },
  async 'approval-woken-for-nothing'(stack, agentId) {
    const { run, pending } = await waitingForApproval(stack, agentId);
    const workflow = stack.temporal.workflow.getHandle(run.sessionId);
    const firstRunId = (await workflow.describe()).runId;
    // The history to keep is that of the run after the session has continued as new while calls wait.
    while ((await workflow.describe()).runId === firstRunId) await workflow.signal(WAKE_SIGNAL);
    for (const { approvalId } of pending) await stack.api.call('POST', `/v1/mcp/approvals/${approvalId}/approve`, {});
    return run;
  },
  async 'effect-unknown'(stack, agentId) {
    const writes = await stack.toolServer(`writes-${agentId}`, { effect: 'write', idempotent: false });
    const call = { name: writes.tool('crash_after_count'), args: { note: 'recorded' } };
    const { run, asked } = await askingRun(stack, agentId, [call]);
    for (const [times, action] of [[1, 'retry'] as const, [2, 'skip'] as const]) {
      const [pending] = await asked(times);
      const event = { type: 'user.effect_resolution', tool_use_id: pending?.toolUseId, action };
      await stack.api.steer(agentId, run.sessionId, event);
    }
    return run;
  },
  async 'texts-judged'(stack, agentId) {
    const judge = await startJudgingProvider();
    await stack.api.call('POST', '/v1/guardrails/providers', { name: 'judge', url: judge.url });
    await stack.api.call('PUT', `/v1/guardrails/config?agent_id=${agentId}`, judgedEverywhere);
    const script = await stack.script({ turns: [[{ toolCalls: [LIST] }], [{ text: 'Done.' }]] });
    const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
    await run.ended();
    judge.close();
    return run;
  },
  async error(stack, agentId) {
    const script = await stack.script({
      turns: [[{ toolCalls: [LIST] }], [{ status: 401 }]],
      repeatLastAttempt: true,
    });
    return stack.api.run(agentId, { message: 'Go.', models: script.models });
  },
  async terminated(stack, agentId) {
    const script = await stack.script({
      turns: [[{ toolCalls: [LIST], holdUntil: 'go' }], [{ text: 'Never asked.' }]],
    });
    const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
    await script.waitForRequests(1);
    await stack.api.call('PATCH', `/v1/agent/profiles/lifecycle/${agentId}`, { state: 'suspended' });
    await script.release('go');
    return run;
  },
  async retried(stack, agentId) {
    const script = await stack.script({ turns: [[{ toolCalls: [LIST] }], [{ status: 401 }, { text: 'Mended.' }]] });
    const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
    await run.ended();
    await stack.api.call('PATCH', `/v1/providers/${script.id}`, { time_limits: { first_token_s: 60 } });
    await stack.api.call('POST', `/v1/sessions/${run.sessionId}/retry`);
    return stack.api.watch(run.sessionId, run.events.length);
  },
  async 'paused-while-idle'(stack, agentId) {
    const script = await stack.script({ turns: [[{ text: 'One.' }], [{ text: 'Two.' }]] });
    const body = { message: 'Go.', models: script.models, on_complete: 'idle', idle_timeout_s: 1 };
    const run = await stack.api.run(agentId, body);
    await run.waitForType('session.status_idle');
    await stack.api.call('POST', `/v1/sessions/${run.sessionId}/pause`);
    // The idle time is over while the session is paused, and begins anew behind that.
    await until('the pause', async () => (await stack.api.session(run.sessionId)).idle_cause === 'paused');
    await until('the end of its idle time', async () => {
      const { events } = await stack.temporal.workflow.getHandle(run.sessionId).fetchHistory();
      return events?.some((event) => event.markerRecordedEventAttributes?.markerName === 'core_patch');
    });
    await stack.api.call('POST', `/v1/sessions/${run.sessionId}/resume`);
    return run;
  },
  async paused(stack) {
    const client = await stack.newTenant();
    const { data } = await stack.api.call<{ data: { id: string }[] }>('GET', '/v1/tenants?limit=1');
    const tenant = `/v1/tenants/${data[0]?.id}`;
    await client.call('POST', '/v1/agent/bootstrap', { agent_id: 'paused' });
    const script = await stack.script({ turns: [[{ text: 'Slow.', hang: true }, { text: 'Done.' }]] }, { client });
    const run = await client.run('paused', { message: 'Go.', models: script.models });
    await script.waitForRequests(1);
    await stack.api.call('POST', `${tenant}/suspend`);
    await until('the pause', async () => (await client.session(run.sessionId)).idle_cause === 'paused');
    await stack.api.call('POST', `${tenant}/resume`);
    return client.watch(run.sessionId);
  },
  async 'worker-killed'(stack, agentId) {
    const script = await stack.script({
      turns: [[{ toolCalls: [LIST] }], [{ text: 'Done.' }]],
      repeatLastAttempt: true,
    });
    stack.killWorkerAt('model_answered.after');
    return stack.api.run(agentId, { message: 'Go.', models: script.models });
  },
  async 'continued-as-new'(stack, agentId) {
    const script = await stack.script({ generate: { turns: 9, toolName: LIST.name } });
    return stack.api.run(agentId, { message: 'Go.', models: script.models, max_turns: 20 });
  },
  /** It is slow, so it is taken on many times, waits in between, and continues as new. */
  async 'bulk-job'(stack, agentId) {
    const { retry } = await failedSessions(stack, [agentId], { each: 10 });
    const job = await bulk(stack.api, { action: 'retry', filter: { agent_id: agentId }, rate: 0.5, retry });
    return { workflowId: job.id, ended: (timeoutMs: number) => bulkEnd(stack.api, job.id, timeoutMs) };
  },
  async compaction(stack, agentId) {
    const text = 'We looked at one more page and found nothing new on it. '.repeat(160);
    const script = await stack.script(
      { turns: Array.from({ length: 26 }, () => [{ text, toolCalls: [LIST] }]), repeatLastAttempt: true },
      { models: [{ id: 'small', inputUsdPerMtok: 1, outputUsdPerMtok: 4, contextWindow: 32_000 }] },
    );
    return stack.api.run(agentId, { message: 'Go.', models: script.models, max_turns: 26 });
  },
};

const wanted = process.argv.slice(2);
const temporal = await startEagerTemporal(60);
const stack = await startTestStack({
  temporalAddress: temporal.address,
  env: {
    ...clock.env,
    AGENT_RUNS_MODEL_CALLS_AT_ONCE: String(MODEL_CALLS_AT_ONCE),
    AGENT_RUNS_TOOL_CALLS_AT_ONCE: String(TOOL_CALLS_AT_ONCE),
  },
});
try {
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const run = await scenario(stack, await stack.newAgent());
    await run.ended(60_000);
    const workflowId = 'workflowId' in run ? run.workflowId : run.sessionId;
    const handle = stack.temporal.workflow.getHandle(workflowId);
    await until('the workflow to close', async () => (await handle.describe()).status.name !== 'RUNNING');
    const { raw } = await handle.describe();
    const { firstRunId, execution } = raw.workflowExecutionInfo ?? {};
    await record(name, handle);
    if (firstRunId && firstRunId !== execution?.runId) {
      await record(`${name}-first-run`, stack.temporal.workflow.getHandle(workflowId, firstRunId));
    }
  }
} finally {
  await stack.stop();
  await temporal.stop();
  clock.remove();
}

async function record(name: string, handle: WorkflowHandle): Promise<void> {
  const history = historyToJson(await handle.fetchHistory());
  writeFileSync(`${HISTORIES}${name}.json`, `${JSON.stringify(history, withoutMachine)}\n`);
  console.log(`${name}: recorded`);
}

/** Replaces the identity of the worker (`pid@host`), which no replay needs. */
function withoutMachine(key: string, value: unknown): unknown {
  if (key === 'identity') return 'recorded';
  return typeof value === 'string' ? value.replaceAll(hostname(), 'recorded') : value;
}

/** A run that waits for a slot, because other runs have all calls to models under way that there may be. */
async function waitingForSlot(on: TestStack, agentId: string) {
  const holding = await on.script({ turns: [[{ text: 'a', holdUntil: 'go' }]], repeatLastAttempt: true });
  for (let i = 0; i < MODEL_CALLS_AT_ONCE; i++) await on.api.run(agentId, { message: 'Hold.', models: holding.models });
  await holding.waitForRequests(MODEL_CALLS_AT_ONCE);
  const waiting = await on.script({ turns: [[{ text: 'b' }]] });
  const run = await on.api.run(agentId, { message: 'Wait.', models: waiting.models });
  await untilTimerStarted(on, run.sessionId);
  return { run, holding };
}
