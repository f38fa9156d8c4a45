import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import type { SupervisorReport } from '../support/supervisor-main.ts';
import { until } from '../support/until.ts';

const SUPERVISOR = fileURLToPath(new URL('../support/supervisor-main.ts', import.meta.url));
const home = mkdtempSync(path.join(tmpdir(), 'agent-runs-test-'));
let stack: TestStack | undefined;

afterAll(async () => {
  await stack?.stop();
  rmSync(home, { recursive: true, force: true });
});

test('[I1] [I2] [I6] [P3] sessions go on when everything was killed with kill -9 and the same home is started again', async () => {
  const supervisor = fork(SUPERVISOR, [home], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // Our own program says this and nothing else.
  const [report] = (await once(supervisor, 'message')) as [SupervisorReport];
  const { baseUrl, apiKey, sessionIds } = report;
  const before = await eventsOf(baseUrl, apiKey, sessionIds);
  expect(before.every((events) => events.length > 1)).toBe(true);
  supervisor.kill('SIGKILL');
  await once(supervisor, 'exit');

  stack = await startTestStack({ home });
  expect(stack.api.apiKey).toBe(apiKey);
  for (const [index, sessionId] of sessionIds.entries()) {
    const watch = stack.api.watch(sessionId);
    expect((await watch.ended(45_000)).reason).toBe('completed');
    expect(watch.events.slice(0, before[index]?.length).map((event) => event.id)).toEqual(before[index]);
  }

  const idle = stack.api.watch(report.idleSessionId);
  await stack.api.call('POST', `/v1/sessions/${report.idleSessionId}/events`, {
    type: 'user.message',
    text: 'Hello again!',
  });
  await until('the idle session to answer', () => idle.ofType('session.status_idle').length === 2);
  await stack.api.call('POST', `/v1/sessions/${report.idleSessionId}/events`, { type: 'user.interrupt' });
  expect(await idle.ended()).toMatchObject({ reason: 'interrupted', totalTurns: 2 });
  await checkInvariants(stack);
});

async function eventsOf(baseUrl: string, apiKey: string, sessionIds: readonly string[]): Promise<number[][]> {
  return Promise.all(
    sessionIds.map(async (id) => {
      const answer = await fetch(`${baseUrl}/v1/sessions/${id}/events`, {
        headers: { authorization: `Bearer ${apiKey}` },
      });
      // The shape of the contract's list.
      const page = (await answer.json()) as { data: { seq: number }[] };
      return page.data.map((event) => event.seq);
    }),
  );
}
