import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { command } from '../../support/command-line.ts';
import { failedSessions } from '../../support/failed-sessions.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';

let stack: SharedStack;
let env: Record<string, string>;

beforeAll(async () => {
  stack = await shareStack();
  env = { AGENT_RUNS_URL: stack.baseUrl, AGENT_RUNS_API_KEY: stack.api.apiKey, XDG_CONFIG_HOME: stack.home };
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const runIn = (group: string) => (argv: readonly string[]) => command([group, ...argv], { env, input: '' }).ended;
const [run, ofSessions] = [runIn('bulk'), runIn('sessions')];

test('[cli:verbs:act-on-sessions] [cli:exit-codes:say-what-happened] a bulk job is shown before it is begun, watched, left with Ctrl-C, cancelled, and its outcomes are listed', async () => {
  const agentId = await stack.newAgent();
  const { sessionIds, retry } = await failedSessions(stack, [agentId], { each: 4 });
  const models = retry.models.flatMap((model) => ['--retry-model', model]);
  const which = ['retry', '--agent', agentId, '--reason', 'error', ...models];

  const looked = await run(['dry-run', ...which]);
  expect(looked, looked.stderr).toMatchObject({ code: 0 });
  expect(looked.stdout).toMatch(/^4 sessions match; retry would be done to 4\n/);
  for (const id of sessionIds) expect(looked.stdout).toContain(id);

  const slow = command(['bulk', 'start', ...which, '--rate', '0.1', '--yes', '-o', 'json'], { env });
  await slow.shows(/of 4, /, 'stderr');
  slow.interrupt();
  const left = await slow.ended;
  expect(left, left.stderr).toMatchObject({ code: 3, stdout: '' });
  const [, id = ''] = /agent-runs bulk watch (bulk_\w+)/.exec(left.stderr) ?? [];
  expect(JSON.parse((await run(['show', id, '-o', 'json'])).stdout)).toMatchObject({ id, status: 'running' });

  const watching = command(['bulk', 'watch', id, '-o', 'json'], { env });
  await watching.shows(/of 4, /, 'stderr');
  expect(await run(['cancel', id])).toMatchObject({ code: 2, stdout: '' });
  expect(await run(['cancel', id, '--yes'])).toMatchObject({ code: 0 });
  const cancelled = await watching.ended;
  expect(cancelled).toMatchObject({ code: 3 });
  const { progress } = JSON.parse(cancelled.stdout) as { progress: { not_done: number } };
  const notDone = (await run(['outcomes', id, '--outcome', 'not_done', '-o', 'jsonl'])).stdout.trim().split('\n');
  expect(notDone).toHaveLength(progress.not_done);

  const rest = await run(['start', ...which, '--rate', '50', '--yes', '-o', 'json']);
  expect(rest, rest.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(rest.stdout)).toMatchObject({ status: 'completed', progress: { done: progress.not_done } });

  const detached = await run(['start', 'resume', '--agent', agentId, '--metadata-key', 'none', '--yes', '--detach']);
  expect(detached).toMatchObject({ code: 0, stdout: '' });
  const listed = await run(['list', '-o', 'json']);
  expect((JSON.parse(listed.stdout) as { id: string }[]).map((job) => job.id)).toContain(id);
});

test('[cli:verbs:act-on-sessions] all sessions of a tenant are paused, resumed, and terminated where that is confirmed', async () => {
  const { models } = await stack.script({ turns: [[{ text: 'One.' }]] });
  const idle = await stack.api.run(await stack.newAgent(), { message: 'Go.', models, on_complete: 'idle' });
  await idle.waitForType('session.status_idle');
  expect(await ofSessions(['pause-all', '-o', 'json'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('paused_by'),
  });
  expect(await ofSessions(['resume', idle.sessionId])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('tenant_paused'),
  });
  expect(await ofSessions(['resume-all', '-o', 'json'])).toMatchObject({ code: 0, stdout: '{}\n' });
  expect(await ofSessions(['terminate-all'])).toMatchObject({ code: 2 });
  expect(await ofSessions(['terminate-all', '--yes', '-o', 'json'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"terminated": 1'),
  });
  expect((await idle.ended()).reason).toBe('terminated');
});
