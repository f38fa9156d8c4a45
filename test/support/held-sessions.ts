import { randomBytes } from 'node:crypto';
import type { ApiResponse } from './client.ts';
import type { EventWatch } from './event-watch.ts';
import { holdTable } from './held-table.ts';
import { DEAR, LIST } from './script-parts.ts';
import type { SharedStack, TestStack } from './stack.ts';
import type { ToolServer } from './tool-server.ts';
import { until } from './until.ts';

/** Sessions of a test that are all held in the same state. */
export interface HeldSessions {
  readonly runs: readonly EventWatch[];
  /** Resolves when `count` requests wait for a session whose stage holds its lock. */
  readonly requestsWait?: (count: number) => Promise<void>;
  /** @returns false if the machine was too slow to keep all of them in that state. */
  release(): Promise<boolean>;
}

export type SteeringState =
  | 'before the first turn'
  | 'context refresh'
  | 'selection'
  | 'waiting for money'
  | 'model call'
  | 'tool call'
  | 'idle'
  | 'idle for money'
  | 'requires action'
  | 'effect unknown'
  | 'form'
  | 'ending'
  | 'ended';

type Hold = (stack: TestStack, count: number) => Promise<HeldSessions>;

const ANSWERS = { turns: [[{ text: 'One.' }], [{ text: 'Two.' }]], repeatLastAttempt: true };
const HELD_ANSWER = { turns: [[{ text: 'One.', holdUntil: 'go' }], [{ text: 'Two.' }]], repeatLastAttempt: true };

export const SIZE_FORM = {
  message: 'Which size?',
  requestedSchema: { type: 'object', properties: { size: { type: 'string', enum: ['s', 'm'] } }, required: ['size'] },
};

/** The ways to hold sessions in each state. Stages that hold the lock of a session wait for a table that only they read. */
export const holds: Readonly<Record<SteeringState, Hold>> = {
  async 'before the first turn'(stack, count) {
    const script = await stack.script(ANSWERS);
    const agents = await newAgents(stack, count);
    await stack.processes.kill('worker', 'SIGSTOP');
    const runs = await started(stack, agents, { models: script.models });
    return { runs, release: () => done(stack.processes.kill('worker', 'SIGCONT')) };
  },
  async 'context refresh'(stack, count) {
    const script = await stack.script(ANSWERS);
    const agents = await newAgents(stack, count);
    const table = await holdTable(stack.db, 'context_document');
    const runs = await started(stack, agents, { models: script.models });
    await table.blocked(count);
    return { runs, requestsWait: table.rowsAwaited, release: table.release };
  },
  async selection(stack, count) {
    const script = await stack.script(ANSWERS);
    const agents = await newAgents(stack, count);
    const table = await holdTable(stack.db, 'posterior');
    const runs = await started(stack, agents, { models: script.models });
    await table.blocked(count);
    return { runs, requestsWait: table.rowsAwaited, release: table.release };
  },
  async 'waiting for money'(stack, count) {
    const holding = await stack.script(HELD_ANSWER, { models: DEAR });
    const waiting = await stack.script(ANSWERS, { models: DEAR });
    // Two reservations of the dear model, each of 4,096 tokens, do not fit.
    const agents = await newAgents(stack, count, { budget_daily_usd: 1.7 });
    await started(stack, agents, { message: 'Hold.', models: holding.models });
    await holding.waitForRequests(count);
    const runs = await started(stack, agents, { models: waiting.models });
    await Promise.all(runs.map((run) => untilTimerStarted(stack, run.sessionId)));
    return { runs, release: () => done(holding.release('go')) };
  },
  async 'model call'(stack, count) {
    const script = await stack.script(HELD_ANSWER);
    const runs = await started(stack, await newAgents(stack, count), { models: script.models });
    await script.waitForRequests(count);
    return { runs, release: () => done(script.release('go')) };
  },
  async 'tool call'(stack, count) {
    const script = await stack.script({
      turns: [[{ toolCalls: [LIST], holdUntil: 'go' }], [{ text: 'Two.' }]],
      repeatLastAttempt: true,
    });
    const runs = await started(stack, await newAgents(stack, count), { models: script.models });
    await script.waitForRequests(count);
    const table = await holdTable(stack.db, 'context_document');
    await script.release('go');
    await table.blocked(count);
    return { runs, requestsWait: table.rowsAwaited, release: table.release };
  },
  async idle(stack, count) {
    const script = await stack.script(ANSWERS);
    const body = { models: script.models, on_complete: 'idle', idle_timeout_s: 600 };
    const runs = await started(stack, await newAgents(stack, count), body);
    await Promise.all(runs.map((run) => run.waitForType('session.status_idle')));
    return { runs, release: () => done() };
  },
  async 'idle for money'(stack, count) {
    const call = { toolCalls: [LIST], usage: { outputTokens: 1_000 } };
    const script = await stack.script(
      { turns: [[call], [{ text: 'Two.' }], [{ text: 'Three.' }]], repeatLastAttempt: true },
      { models: DEAR },
    );
    const body = { models: script.models, on_budget: 'ask', budget_cap_usd: 0.5 };
    const runs = await started(stack, await newAgents(stack, count), body);
    await Promise.all(runs.map((run) => run.waitForType('session.status_idle')));
    const raise = (run: EventWatch) =>
      stack.api.request('PATCH', `/v1/sessions/${run.sessionId}`, { budget_cap_usd: 50 });
    return { runs, release: () => done(Promise.all(runs.map(raise))) };
  },
  async 'requires action'(stack, count) {
    const policy = { tool_name: 'workspace_write', allowed: true };
    await stack.api.call('PUT', '/v1/mcp/governance/policy', { ...policy, requires_approval: true });
    const call = { name: 'workspace_write', args: { name: 'held.md', content: 'A' } };
    const script = await stack.script({
      turns: [[{ toolCalls: [call] }], [{ text: 'Two.' }]],
      repeatLastAttempt: true,
    });
    const runs = await started(stack, await newAgents(stack, count), { models: script.models });
    const idles = await Promise.all(runs.map((run) => run.waitForType('session.status_idle')));
    const denied = async ({ pending }: (typeof idles)[number]) =>
      stack.api.request('POST', `/v1/mcp/approvals/${pending?.[0]?.approvalId}/deny`, {});
    return { runs, release: () => done(Promise.all(idles.map(denied))) };
  },
  async 'effect unknown'(stack, count) {
    const server = await newToolServer(stack);
    // The server may have done its work before it answers with an error.
    const call = { tool: 'protocol_error', args: { code: -32_000 } };
    return asked(stack, Array(count).fill(server), call, { type: 'user.effect_resolution', action: 'skip' });
  },
  async form(stack, count) {
    // Over stdio a form is declined if two calls on a connection may have sent it.
    const servers = await Promise.all(Array.from({ length: count }, () => newToolServer(stack)));
    const call = { tool: 'ask', args: { of: SIZE_FORM } };
    return asked(stack, servers, call, { type: 'user.form_response', action: 'decline' });
  },
  async ending(stack, count) {
    const script = await stack.script(HELD_ANSWER);
    const runs = await started(stack, await newAgents(stack, count), { models: script.models });
    await script.waitForRequests(count);
    const table = await holdTable(stack.db, 'posterior');
    await script.release('go');
    await table.blocked(count);
    return { runs, requestsWait: table.rowsAwaited, release: table.release };
  },
  async ended(stack, count) {
    const script = await stack.script(ANSWERS);
    const runs = await started(stack, await newAgents(stack, count), { models: script.models });
    await Promise.all(runs.map((run) => run.ended()));
    return { runs, release: () => done() };
  },
};

function newToolServer(stack: TestStack): Promise<ToolServer> {
  return stack.toolServer(`asks-${randomBytes(3).toString('hex')}`, { effect: 'write', idempotent: false });
}

/** One session for each server, whose call makes it ask a person. @param answer what ends the wait */
async function asked(
  stack: TestStack,
  servers: readonly ToolServer[],
  { tool, args }: { readonly tool: string; readonly args: Record<string, unknown> },
  answer: object,
): Promise<HeldSessions> {
  const start = async (server: ToolServer) => {
    const call = { name: server.tool(tool), args };
    const script = await stack.script({
      turns: [[{ toolCalls: [call] }], [{ text: 'Two.' }]],
      repeatLastAttempt: true,
    });
    const run = await stack.api.run(await stack.newAgent(), { message: 'First.', models: script.models });
    return { run, idle: await run.waitForType('session.status_idle') };
  };
  const held = await Promise.all(servers.map(start));
  const release = async () => {
    const answers = await Promise.all(
      held.map(({ run, idle }) => post(stack, run, { ...answer, tool_use_id: idle.pending?.[0]?.toolUseId })),
    );
    // On a slow machine the call may have been given up and asks something else. Then its session did not stand still.
    const others = held.filter((_, index) => answers[index]?.status === 404);
    await Promise.all(others.map(({ run }) => post(stack, run, { type: 'user.interrupt' })));
    return others.length === 0;
  };
  return { runs: held.map(({ run }) => run), release };
}

function post(stack: TestStack, run: EventWatch, event: object): Promise<ApiResponse> {
  return stack.api.request('POST', `/v1/sessions/${run.sessionId}/events`, event);
}

async function done(work?: Promise<unknown>): Promise<boolean> {
  await work;
  return true;
}

/** An agent for each session: the sessions of one agent may not all go on with a turn at once. */
function newAgents(stack: SharedStack, count: number, body?: object): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => stack.newAgent(body)));
}

/** Starts a session of each agent. */
function started(stack: SharedStack, agents: readonly string[], body: object): Promise<EventWatch[]> {
  return Promise.all(agents.map((agentId) => stack.api.run(agentId, { message: 'First.', ...body })));
}

/** A turn that waits for money has a timer in its history. */
export async function untilTimerStarted(stack: SharedStack, sessionId: string): Promise<void> {
  await until(`a timer of ${sessionId}`, () => hasTimer(stack, sessionId));
}

/** Whether the workflow of a session has waited for something. A session that was just started may have no workflow yet. */
export async function hasTimer(stack: SharedStack, sessionId: string): Promise<boolean> {
  const handle = stack.temporal.workflow.getHandle(sessionId);
  const history = await handle.fetchHistory().catch(() => undefined);
  return history?.events?.some((event) => event.timerStartedEventAttributes != null) ?? false;
}
