import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bulk, bulkEnd } from '../../support/failed-sessions.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { readHistory } from '../../support/temporal-history.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const TURNS = 50;
const CONTENT = 'A hundred kilobytes of notes. '.repeat(3_500);

test.each(['bundled', 'external'] as const)(
  '[session:history:small-whatever-is-read] a history of 50 turns with 100 KB tool results (%s) stays under 4 KB and 20 events a turn',
  async (kind) => {
    const agentId = await stack.newAgent();
    await stack.api.call('PUT', `/v1/agents/${agentId}/context/workspace/big.md`, { content: CONTENT });
    const server = await stack.toolServer(`server-${kind}`, { effect: 'read', idempotent: true });
    const call =
      kind === 'bundled'
        ? { toolName: 'workspace_read', toolArgs: { name: 'big.md' } }
        : { toolName: server.tool('huge'), toolArgs: { bytes: 100_000 } };
    const script = await stack.script({ generate: { turns: 0, forever: true, textBytes: 2_000, ...call } });
    const run = await stack.api.run(agentId, { message: 'x'.repeat(50_000), models: script.models, max_turns: TURNS });
    expect(await run.ended(120_000)).toMatchObject({ reason: 'max_turns', totalTurns: TURNS });
    expect(run.ofType('agent.tool_result').every((result) => !result.isError && result.bytes >= 100_000)).toBe(true);

    const { events, bytes, texts } = await readHistory(stack.temporal, run.sessionId);
    console.log(`${kind}: ${(events / TURNS).toFixed(1)} events and ${Math.round(bytes / TURNS)} bytes a turn`);
    expect(events / TURNS).toBeLessThanOrEqual(20);
    expect(bytes / TURNS).toBeLessThan(4_096);
    expect(texts.some((text) => text.includes('xxxx') || text.includes('hundred kilobytes'))).toBe(false);
  },
  150_000,
);

test('[session:search:by-agent-status-reason] a session can be found in Temporal by agent, status and reason', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'Done.' }]] });
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await run.ended();
  // Clients learn of the end before the workflow closes.
  const found = await until('the workflow to say that it ended', async () => {
    const { typedSearchAttributes } = await stack.temporal.workflow.getHandle(run.sessionId).describe();
    const values = Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
    return values.AgentRunsStatus === 'ended' && values;
  });
  expect(found).toMatchObject({ AgentRunsAgentId: agentId, AgentRunsStatus: 'ended', AgentRunsReason: 'completed' });
});

test('[history:check:says-session-event-and-line] histories of live and of ended sessions and of bulk jobs are taken from Temporal and replayed on this build', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'Done.' }]], repeatLastAttempt: true });
  const live = await stack.api.run(agentId, { message: 'Go.', models: script.models, on_complete: 'idle' });
  await until('the session to be idle', () => live.ofType('session.status_idle').length === 1);
  const cwd = fileURLToPath(new URL('../../../', import.meta.url));
  const env = { ...process.env, TEMPORAL_ADDRESS: stack.addresses.temporalAddress };
  const run = promisify(execFile);
  const check = (...args: string[]) =>
    run('node', ['--import', 'tsx', 'worker/histories/check-main.ts', ...args], { cwd, env }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
    );
  // Temporal lists a session a moment after it has started.
  await until('the live session to be listed', async () => {
    const { code, stdout } = await check('--from', 'production', '--hours', '0');
    return code === 0 && stdout === '1 of 1 histories replay on this build.\n';
  });
  const { code, stdout } = await check('--from', 'production');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^(\d+) of \1 histories replay on this build\.\n$/)]);
  const sessions = Number(/^\d+/.exec(stdout)?.[0]);
  expect(sessions).toBeGreaterThan(1);
  const job = await bulk(stack.api, { action: 'resume', filter: { agent_id: agentId } });
  await bulkEnd(stack.api, job.id);
  await until('the job to be listed', async () =>
    (await check('--from', 'production')).stdout.startsWith(`${sessions + 1} of ${sessions + 1} `),
  );
  expect(await check('--from', 'elsewhere')).toEqual({ code: 2, stdout: '' });
  await stack.api.steer(agentId, live.sessionId, { type: 'user.interrupt' });
  await live.ended();
}, 120_000);
