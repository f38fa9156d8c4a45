import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../domain/random.ts';
import { identify } from '../../stack/supervise/process-identity.ts';
import { serverWithChildren } from '../fixtures/mcp/hostile-server-command.ts';
import type { EventWatch } from '../support/event-watch.ts';
import { checkInvariants } from '../support/invariants.ts';
import { createPersistentClient } from '../support/persistent-client.ts';
import { createRecoveryTimes } from '../support/recovery-times.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { startSteeredSession } from '../support/steered-load.ts';
import { storyOf } from '../support/story.ts';
import { heartbeatTimeoutMs, lastHeartbeatMs } from '../support/temporal-history.ts';
import { effectsOf } from '../support/tool-server.ts';
import { until } from '../support/until.ts';

let stack: TestStack;
let agentId: string;
const times = createRecoveryTimes();

beforeAll(async () => {
  stack = await startTestStack();
  agentId = await stack.newAgent();
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  times.print();
  await stack.stop();
});

const WRITE = { name: 'workspace_write', args: { name: 'notes.md', content: 'Kites need wind.' } };
const READ = { name: 'workspace_read', args: { name: 'notes.md' } };
const TURNS = 8;

/** A session that is held in its second model call, and one whose model calls take 50 ms each. */
async function twoSessions() {
  const held = await stack.script({
    turns: [[{ toolCalls: [WRITE] }], [{ toolCalls: [READ], holdUntil: 'go' }], [{ text: 'Done.' }]],
    repeatLastAttempt: true,
  });
  const steady = await stack.script({
    generate: { turns: TURNS, toolName: READ.name, toolArgs: READ.args, latencyMs: 50 },
  });
  const heldRun = await stack.api.run(agentId, { message: 'Hold.', models: held.models });
  await held.waitForRequests(2);
  const steadyRun = await stack.api.run(agentId, { message: 'Go on.', max_turns: TURNS + 2, models: steady.models });
  await steadyRun.waitFor((event) => event.type === 'agent.tool_result' && event.data.turnIndex === 1);
  return { held, heldRun, steadyRun };
}

const HELD_STORY = [
  'session.status_running',
  '0 br.model_selected scripted-1 only_candidate',
  '0 agent.tool_use workspace_write allow',
  '0 agent.tool_result workspace_write ok',
  '0 br.routing_savings scripted-1',
  '1 br.model_selected scripted-1 only_candidate',
  '1 agent.tool_use workspace_read allow',
  '1 agent.tool_result workspace_read ok',
  '1 br.routing_savings scripted-1',
  '2 br.model_selected scripted-1 only_candidate',
  '2 agent.message Done.',
  '2 br.routing_savings scripted-1',
  'session.status_ended completed after 3 turns',
];

test.each(['temporal', 'postgres', 'api', 'worker'] as const)(
  '[I1] [I2] [I6] [recovery:process-killed:sessions-go-on] sessions end as if nothing had happened when %s is killed meanwhile',
  async (name) => {
    const { held, heldRun, steadyRun } = await twoSessions();
    await stack.processes.kill(name);
    await stack.processes.ready(name);
    await held.release('go');
    const ended = await Promise.all([heldRun.ended(60_000), steadyRun.ended(60_000)]);
    expect(ended.map((end) => [end.reason, end.totalTurns])).toEqual([
      ['completed', 3],
      ['completed', TURNS + 1],
    ]);
    expect(storyOf(heldRun)).toEqual(HELD_STORY);
    times.note(`${name}, held call`, stack, heldRun);
    times.note(`${name}, steady`, stack, steadyRun);
  },
);

test('[I1] [recovery:process-killed:sessions-go-on] a message that was accepted right before Postgres is killed is read', async () => {
  const script = await stack.script({
    turns: [[{ toolCalls: [WRITE], holdUntil: 'go' }], [{ text: 'Done.' }]],
    repeatLastAttempt: true,
  });
  const run = await stack.api.run(agentId, { message: 'Hold.', models: script.models });
  await script.waitForRequests(1);
  await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'Read this after the crash.' });
  await stack.processes.kill('postgres');
  await stack.processes.ready('postgres');
  await script.release('go');
  expect((await run.ended(60_000)).reason).toBe('completed');
  const last = (await script.report()).requests.at(-1);
  expect(JSON.stringify(last?.body)).toContain('Read this after the crash.');
});

test('[I5] [I6] [recovery:reconciler:no-session-without-workflow] a session that is terminated while its worker is away ends with a result for the call under way', async () => {
  const server = await stack.toolServer('slowly', { effect: 'write', idempotent: false });
  const script = await stack.script({
    turns: [[{ toolCalls: [{ name: server.tool('count'), args: { note: 'orphaned', ms: 60_000 } }] }]],
  });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await until('the call to be dispatched', () => effectsOf(stack.counterFile, 'orphaned') === 1);
  await stack.processes.kill('worker');
  await stack.temporal.workflow.getHandle(run.sessionId).terminate('an operator did it');
  await stack.db.serviceTransaction((tx) =>
    tx.query('due-now', 'UPDATE session SET reconcile_at = now() WHERE id = $1', [run.sessionId]),
  );
  expect((await run.ended(45_000)).reason).toBe('terminated');
  expect(run.ofType('agent.tool_result')).toMatchObject([{ toolName: 'slowly_count', isError: true }]);
});

test('[steering:mid-run:processed-at-next-boundary] [recovery:process-killed:sessions-go-on] an interrupt that comes while the worker is away ends the session without another request', async () => {
  const script = await stack.script({ turns: [[{ text: 'Slow.', holdUntil: 'never' }]], repeatLastAttempt: true });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await script.waitForRequests(1);
  await stack.processes.kill('worker');
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect((await run.ended(45_000)).reason).toBe('interrupted');
  expect((await script.report()).seen).toBe(1);
});

test('[connection:process:no-orphan] [stack:start:serves-restarts-and-cleans-up] stdio servers and what they started do not outlive the api and the worker that are killed', async () => {
  const pidFile = path.join(stack.home, 'server.pids');
  const server = { name: 'children', transport: 'stdio', ...serverWithChildren(pidFile) };
  const { id } = await stack.api.call<{ id: string }>('POST', '/v1/mcp/servers', server);
  await stack.api.call('PUT', '/v1/mcp/governance/policy', { tool_name: 'children_*', allowed: true, effect: 'read' });
  await stack.api.call('POST', `/v1/mcp/servers/${id}/discover`);
  const script = await stack.script({
    turns: [[{ toolCalls: [{ name: 'children_hang', args: {} }] }], [{ text: 'Done.' }]],
    repeatLastAttempt: true,
  });
  await stack.api.run(agentId, { message: 'Go.', models: script.models });
  const lines = () => readFileSync(pidFile, 'utf8').trim().split('\n');
  await until('api and worker to have a server each', () => lines().length >= 2);
  const pids = lines().flatMap((line) => line.split(' ').map(Number));
  expect(pids.length).toBeGreaterThanOrEqual(6);
  await stack.killEach('api');
  await stack.killEach('worker');
  await until('all of them to end', () => pids.every((pid) => identify(pid) === undefined));
  await stack.processes.ready('api');
  await stack.processes.ready('worker');
});

test('[stack:start:serves-restarts-and-cleans-up] a stdio server does not outlive the api that is killed while it discovers its tools', async () => {
  const pidFile = path.join(stack.home, 'silent.pid');
  const args = ['-c', 'echo $$ > "$0"; exec sleep 600', pidFile];
  const server = { name: 'silent', transport: 'stdio', command: 'sh', args };
  const { id } = await stack.api.call<{ id: string }>('POST', '/v1/mcp/servers', server);
  const discovery = stack.api.request('POST', `/v1/mcp/servers/${id}/discover`).catch(() => undefined);
  const pid = await until('the server to run', () => existsSync(pidFile) && Number(readFileSync(pidFile, 'utf8')));
  await stack.processes.kill('api');
  await until('the server to end', () => identify(pid) === undefined);
  await discovery;
  await stack.processes.ready('api');
});

test('[I3] a worker that stands still for a second makes no model call twice', async () => {
  const script = await stack.script({ turns: [[{ text: 'Done.', holdUntil: 'go' }]], repeatLastAttempt: true });
  const runs: EventWatch[] = [];
  // The calls begin a quarter of a second apart, so that they are at different places between two heartbeats.
  for (let count = 1; count <= 8; count++) {
    runs.push(await stack.api.run(agentId, { message: 'Go.', models: script.models }));
    await script.waitForRequests(count);
    await pause(250);
  }
  await stack.processes.kill('worker', 'SIGSTOP');
  await pause(1_000);
  const resumedMs = Date.now();
  await stack.processes.kill('worker', 'SIGCONT');
  await until('a heartbeat of every call', async () => {
    const heartbeats = await Promise.all(runs.map((run) => lastHeartbeatMs(stack.temporal, run.sessionId)));
    return heartbeats.every((atMs) => atMs > resumedMs);
  });
  await script.release('go');
  for (const run of runs) expect((await run.ended()).reason).toBe('completed');
  expect((await script.report()).seen).toBe(runs.length);
});

test('[recovery:heartbeats:by-number-of-calls] [I6] all calls of a worker that is killed are made again, also those that send heartbeats less often because their tenant has many', async () => {
  const script = await stack.script({ turns: [[{ text: 'Done.', holdUntil: 'go' }]], repeatLastAttempt: true });
  const calls = Array.from({ length: 30 * stack.workers });
  const runs = await Promise.all(calls.map(() => stack.api.run(agentId, { message: 'Go.', models: script.models })));
  await script.waitForRequests(runs.length);
  const timeouts = await Promise.all(runs.map((run) => heartbeatTimeoutMs(stack.temporal, run.sessionId)));
  expect(Math.min(...timeouts)).toBe(2_500);
  expect(Math.max(...timeouts)).toBeGreaterThanOrEqual(3_000);
  await stack.killEach('worker');
  await script.waitForRequests(2 * runs.length);
  await script.release('go');
  for (const run of runs) expect((await run.ended(60_000)).reason).toBe('completed');
}, 120_000);

test('[I1] [recovery:process-killed:sessions-go-on] a message that is posted while Temporal is away is read when it is back', async () => {
  const script = await stack.script({
    turns: [[{ text: 'First.' }], [{ text: 'Second.' }]],
    repeatLastAttempt: true,
  });
  const run = await stack.api.run(agentId, {
    message: 'Go.',
    models: script.models,
    on_complete: 'idle',
    idle_timeout_s: 60,
  });
  await run.waitForType('session.status_idle');
  await stack.processes.halt('temporal');
  await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'Wake up.' });
  await stack.processes.restart('temporal');
  await run.waitFor((event) => event.type === 'agent.message' && event.data.text === 'Second.', 45_000);
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect(await run.ended(45_000)).toMatchObject({ reason: 'interrupted', totalTurns: 2 });
});

test('[recovery:postgres-restarts:nothing-lost] [network:lost-answer:repeat-takes-effect-once] [I1] [I2] [I3] [I6] nothing acknowledged is lost when Postgres is restarted again and again under load', async () => {
  const { baseUrl, api, records, script } = stack;
  const persistent = createPersistentClient({ baseUrl, apiKey: api.apiKey, records });
  const load = { client: api, persistent, script, agentId, turns: 6, messages: 3, thinkMs: 1_500 };
  const running = await Promise.all(
    [1, 2, 3].map((n) => startSteeredSession({ ...load, random: seededRandom(`restarts:${n}`) })),
  );
  for (const kill of [true, false, true]) {
    await pause(1_000);
    if (kill) {
      await stack.processes.kill('postgres');
      await stack.processes.ready('postgres');
    } else await stack.processes.restart('postgres');
  }
  await Promise.all(running.map((session) => session.completed(60_000)));
});
