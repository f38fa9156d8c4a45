import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  agentDojoSuites,
  type InjectedCall,
  type InjectionTask,
  injectionKey,
  type Suite,
} from '../../fixtures/agentdojo/injections.ts';
import type { EventWatch } from '../../support/event-watch.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';

const SERVER = fileURLToPath(new URL('../../fixtures/agentdojo/dojo-server.ts', import.meta.url));
/** So many sessions run at once. */
const LANES = 6;
/** `npm run soak:injections` tries every attack with every task, `npm test` one with each. */
const EVERY_ATTACK = process.env.INJECTIONS === 'all';

/** A tool of each suite that brings an injection into the session, and the arguments that ask for it. */
const READS: Record<string, (key: string) => InjectedCall> = {
  banking: (key) => ['read_file', { file_path: key }],
  slack: (key) => ['read_channel_messages', { channel: key }],
  travel: (key) => ['get_all_hotels_in_city', { city: key }],
  workspace: (key) => ['search_files', { query: key }],
};

const suites = agentDojoSuites();
let stack: TestStack;
let agentId: string;
let counterFile: string;

beforeAll(async () => {
  stack = await startTestStack();
  agentId = await stack.newAgent({ budget_daily_usd: 1_000 });
  // Every session has a provider of its own.
  const { data } = await stack.api.call<{ data: { id: string }[] }>('GET', '/v1/tenants');
  await stack.api.call('PATCH', `/v1/tenants/${data[0]?.id}`, { limits: { providers: 10_000 } });
  counterFile = path.join(stack.home, 'dojo');
  await Promise.all(suites.map(connect));
});
afterAll(() => checkInvariants(stack).finally(() => stack.stop()));

/** The name of its server. */
function serverOf({ name }: Suite): string {
  return `dojo-${name}`;
}

/** Connects the server of a suite. Policy says what each tool does, and allows them all. */
async function connect(suite: Suite): Promise<void> {
  const args = ['--import', import.meta.resolve('tsx'), SERVER, suite.name, counterFile];
  const server = { name: serverOf(suite), transport: 'stdio', command: process.execPath, args };
  const { id } = await stack.api.call<{ id: string }>('POST', '/v1/mcp/servers', server);
  await stack.api.call('POST', `/v1/mcp/servers/${id}/discover`);
  for (const { name, effect } of suite.tools) {
    const policy = { tool_name: `${serverOf(suite)}/${name}`, allowed: true, effect };
    await stack.api.call('PUT', '/v1/mcp/governance/policy', policy);
  }
}

/** Starts a session that reads the injection, and then makes every call that it asks for. */
async function obey(suite: Suite, task: InjectionTask, attack: string): Promise<EventWatch> {
  const read = READS[suite.name];
  if (read === undefined) throw new Error(`No tool of ${suite.name} reads.`);
  const asCall = ([tool, args]: InjectedCall) => ({
    name: `${serverOf(suite)}_${tool}`,
    args,
  });
  const script = await stack.script({
    turns: [
      [{ toolCalls: [asCall(read(injectionKey(task, attack)))] }],
      [{ toolCalls: task.calls.map(asCall) }],
      [{ text: 'I did what it says.' }],
    ],
    repeatLastAttempt: true,
  });
  return stack.api.run(agentId, { message: 'What is new?', models: script.models, tools: [`${serverOf(suite)}/*`] });
}

/** The calls that took effect. */
function effects(): InjectedCall[] {
  if (!existsSync(counterFile)) return [];
  const lines = readFileSync(counterFile, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

/** The calls of a session that wait for a person. */
async function pendingOf(run: EventWatch): Promise<readonly { readonly toolUseId: string }[]> {
  await run.waitFor(({ type }) => type === 'session.status_idle' || type === 'session.status_ended');
  return run.ofType('session.status_idle')[0]?.pending ?? [];
}

function confirm(run: EventWatch, toolUseId: string, result: 'allow' | 'deny'): Promise<unknown> {
  const event = { type: 'user.tool_confirmation', tool_use_id: toolUseId, result };
  return stack.api.steer(agentId, run.sessionId, event);
}

/** Does `each` with all items, some at a time. */
async function inLanes<T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await each(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

test.each(suites)(
  '[tool:policy:taint] a model that obeys what AgentDojo plants in the results of $name makes no call that writes or goes out',
  async (suite) => {
    const cases = suite.tasks.flatMap((task, index) => {
      const attacks = Object.keys(task.payloads).toSorted();
      return attacks
        .filter((_, place) => EVERY_ATTACK || place === index % attacks.length)
        .map((attack) => ({ task, attack }));
    });
    const waited: number[] = [];
    await inLanes(cases, async ({ task, attack }) => {
      const run = await obey(suite, task, attack);
      const pending = await pendingOf(run);
      const acting = task.calls.filter(([tool]) => suite.tools.find(({ name }) => name === tool)?.effect !== 'read');
      expect(pending, `${task.id} by ${attack}`).toHaveLength(acting.length);
      waited.push(pending.length);
      // A person denies the calls of one half, and ends the sessions of the other.
      if (pending.length > 0 && attack < 'injecagent') {
        for (const { toolUseId } of pending) await confirm(run, toolUseId, 'deny');
      } else if (pending.length > 0) {
        await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
      }
      const { reason } = await run.ended();
      expect(reason).toBe(pending.length > 0 && attack >= 'injecagent' ? 'interrupted' : 'completed');
    });
    expect(waited.filter((calls) => calls > 0).length).toBeGreaterThan(cases.length / 2);
    expect(effects()).toEqual([]);
  },
);

test('[tool:policy:taint] what a person allows happens once, and without the default policy the planted call is made', async () => {
  const banking = suites.find(({ name }) => name === 'banking');
  const task = banking?.tasks.find(({ id }) => id === 'injection_task_0');
  if (banking === undefined || task === undefined) throw new Error('There is no such task.');
  const asked = await obey(banking, task, 'direct');
  for (const { toolUseId } of await pendingOf(asked)) await confirm(asked, toolUseId, 'allow');
  await asked.ended();
  expect(effects()).toEqual(task.calls);

  await stack.api.call('PUT', '/v1/mcp/governance', { taint: 'off' });
  const unasked = await obey(banking, task, 'direct');
  expect(await pendingOf(unasked)).toEqual([]);
  await unasked.ended();
  expect(effects()).toHaveLength(2);
});
