import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function start(): Promise<{ child: ChildProcess; url: string }> {
  const child = fork('simulated/main.ts', {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, PORT: '0', AGENT_RUNS_SIMULATED_DELAYS: 'none' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  children.push(child);
  const [message] = await once(child, 'message');
  expect(message).toMatchObject({ type: 'ready', port: expect.any(Number) });
  return { child, url: `http://127.0.0.1:${message.port}` };
}

test('the process says when it is ready, answers, and ends on SIGTERM', async () => {
  const { child, url } = await start();
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok', simulated: true });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('the process does not outlive its parent', async () => {
  const { child } = await start();
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
