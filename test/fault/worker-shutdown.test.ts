import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { pickPort } from '../../stack/free-port.ts';
import { checkInvariants } from '../support/invariants.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: TestStack;
let staying: ServiceProcess | undefined;

beforeAll(async () => {
  // The grace period of a worker is this time and five seconds.
  stack = await startTestStack({ withoutWorker: true, env: { AGENT_RUNS_TOOL_TIMEOUT_S: '1' } });
});
afterEach(() => checkInvariants(stack));
afterAll(async () => {
  await staying?.kill();
  await stack.stop();
});

/** Asks a service for its health. @returns the status and the body; undefined while nobody answers */
async function readiness(baseUrl: string): Promise<[number, unknown] | undefined> {
  const answer = await fetch(`${baseUrl}/health/ready`).catch(() => undefined);
  return answer && [answer.status, await answer.json()];
}

test('[health:worker:missing-one-is-told] [I3] [I6] an api says that no worker polls, and a worker at a port of its own whether it does; one that is told to stop hands over a model call that outlasts its grace period', async () => {
  const dependencies = { postgres: true, temporal: true };
  expect(await readiness(stack.baseUrl)).toEqual([
    200,
    { status: 'degraded', dependencies: { ...dependencies, workers: false } },
  ]);
  expect(await (await stack.api.request('GET', '/metrics')).body).toContain('agent_runs_task_queue_polled 0\n');

  const port = await pickPort('127.0.0.1');
  const worker = await stack.startService('worker/main.ts', { AGENT_RUNS_WORKER_PORT: String(port) });
  const own = `http://127.0.0.1:${port}`;
  expect(await readiness(own)).toEqual([200, { status: 'ok', polls: true, dependencies }]);
  expect((await fetch(`${own}/health/live`)).status).toBe(200);
  await until('the api to know of the worker', async () => {
    const [status, body] = (await readiness(stack.baseUrl)) ?? [];
    return status === 200 && (body as { status: string }).status === 'ok';
  });
  expect((await stack.api.request('GET', '/metrics')).body).toContain('agent_runs_task_queue_polled 1\n');

  // The model call keeps the worker alive for its grace period, and in that time it takes no sessions.
  const script = await stack.script({ turns: [[{ text: 'Never heard.', holdUntil: 'never' }, { text: 'Answered.' }]] });
  const run = await stack.api.run(await stack.newAgent(), { message: 'Go.', models: script.models });
  await script.waitForRequests(1);
  staying = await stack.startService('worker/main.ts');
  const gone = worker.kill('SIGTERM');
  await until('the worker to say that it polls no more', async () => {
    const [status, body] = (await readiness(own)) ?? [];
    return status === 503 && (body as { polls: boolean }).polls === false;
  });
  await gone;
  expect((await run.ended()).reason).toBe('completed');
  expect(run.ofType('agent.message')).toMatchObject([{ text: 'Answered.' }]);
});

test('[health:metrics:failures-by-cause] metrics count sessions by what failed in them, and by what ended them', async () => {
  const agentId = await stack.newAgent();
  const failing = await stack.script({ turns: [[{ status: 400 }]], repeatLastAttempt: true });
  const failed = await stack.api.run(agentId, { message: 'Go.', models: failing.models });
  expect((await failed.ended()).reason).toBe('error');
  const wrong = { name: 'memory/search', args: { query: '!' } };
  const script = await stack.script({ turns: [[{ toolCalls: [wrong] }], [{ text: 'It was not there.' }]] });
  expect((await (await stack.api.run(agentId, { message: 'Go.', models: script.models })).ended()).reason).toBe(
    'completed',
  );
  const { body } = await stack.api.request('GET', '/metrics');
  expect(body).toMatch(/^agent_runs_sessions_with_failures\{of="model",cause="model.rejected"\} 1$/m);
  expect(body).toMatch(/^agent_runs_sessions_with_failures\{of="tool",cause="tool\.[a-z_]+"\} 1$/m);
  expect(body).toMatch(/^agent_runs_sessions_ended\{reason="error",cause="[a-z_]+"\} 1$/m);
});
