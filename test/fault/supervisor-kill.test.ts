import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sendSignal } from '../../stack/supervise/process-identity.ts';
import { checkInvariants } from '../support/invariants.ts';
import { isRunning } from '../support/is-running.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import type { SupervisorReport } from '../support/supervisor-main.ts';
import { until } from '../support/until.ts';

const SUPERVISOR = fileURLToPath(new URL('../support/supervisor-main.ts', import.meta.url));
let home: string;
let stack: TestStack | undefined;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'agent-runs-test-'));
});
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
  rmSync(home, { recursive: true, force: true });
});

const WAYS: Readonly<Record<string, (supervisor: number) => void>> = {
  'the supervisor': (supervisor) => process.kill(supervisor, 'SIGKILL'),
  // Only on Linux can the test list the children of a process.
  ...(process.platform === 'linux' ? { 'everything at once': killAll } : {}),
};

test.each(Object.entries(WAYS))(
  '[I1] [I2] [I6] [recovery:everything-killed:sessions-resume] [connection:process:no-orphan] no tool server is left, and sessions go on when the same home is started again after kill -9 of %s',
  async (_, kill) => {
    const supervisor = fork(SUPERVISOR, [home], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    // The supervisor of this test sends only this message.
    const [report] = (await once(supervisor, 'message')) as [SupervisorReport];
    const { baseUrl, apiKey, sessionIds } = report;
    const before = await eventsOf(baseUrl, apiKey, sessionIds);
    expect(before.every((events) => events.length > 1)).toBe(true);
    const exited = once(supervisor, 'exit');
    kill(supervisor.pid ?? expect.fail('no supervisor'));
    await exited;
    // The server, a process in its group, and one in a session of its own.
    const toolPids = readFileSync(report.toolPidFile, 'utf8').split(/\s/).filter(Boolean).map(Number);
    expect(toolPids).toHaveLength(3);
    await until('the tool servers to be gone', () => !toolPids.some(isRunning));

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
  },
);

async function eventsOf(baseUrl: string, apiKey: string, sessionIds: readonly string[]): Promise<number[][]> {
  return Promise.all(
    sessionIds.map(async (id) => {
      const answer = await fetch(`${baseUrl}/v1/sessions/${id}/events`, {
        headers: { authorization: `Bearer ${apiKey}` },
      });
      // The list has the shape of the contract.
      const page = (await answer.json()) as { data: { seq: number }[] };
      return page.data.map((event) => event.seq);
    }),
  );
}

/** Kills everything, like a crash of the machine. No watchdog and no Postgres server is left to clean up. */
function killAll(supervisor: number): void {
  // The supervisor is stopped first, because it would start killed processes again.
  process.kill(supervisor, 'SIGSTOP');
  for (const pid of [...descendantsOf(supervisor), supervisor]) sendSignal(pid, 'SIGKILL');
}

function descendantsOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}
