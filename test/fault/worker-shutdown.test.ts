import { isDeepStrictEqual } from 'node:util';
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

/** Waits until a service answers for its health with these fields. A question that Postgres or Temporal answers late counts as a no. */
async function untilReadiness(baseUrl: string, status: number, fields: object): Promise<void> {
  await until(`${status} ${JSON.stringify(fields)} from ${baseUrl}`, async () => {
    // A process that ends closes the connection, before its answer or in the middle of it.
    const shown = await fetch(`${baseUrl}/health/ready`)
      .then(async (answer) => ({ status: answer.status, body: (await answer.json()) as object }))
      .catch(() => undefined);
    return shown?.status === status && isDeepStrictEqual({ ...shown.body, ...fields }, shown.body);
  });
}

/** Waits until the metrics of the api hold a line. A value that Temporal did not give in time is absent. */
const untilMetric = (line: string) =>
  until(line, async () => `${(await stack.api.request('GET', '/metrics')).body}`.includes(`${line}\n`));

test('[health:worker:missing-one-is-told] [I3] [I6] an api says that no worker polls, and a worker at a port of its own whether it does; one that is told to stop hands over a model call that outlasts its grace period', async () => {
  const dependencies = { postgres: true, temporal: true };
  await untilReadiness(stack.baseUrl, 200, { status: 'degraded', dependencies: { ...dependencies, workers: false } });
  await untilMetric('agent_runs_task_queue_polled 0');

  const port = await pickPort('127.0.0.1');
  const worker = await stack.startService('worker/main.ts', { AGENT_RUNS_WORKER_PORT: String(port) });
  const own = `http://127.0.0.1:${port}`;
  await untilReadiness(own, 200, { status: 'ok', polls: true, dependencies });
  expect((await fetch(`${own}/health/live`)).status).toBe(200);
  await untilReadiness(stack.baseUrl, 200, { status: 'ok', dependencies: { ...dependencies, workers: true } });
  await untilMetric('agent_runs_task_queue_polled 1');

  // The model call keeps the worker alive for its grace period, and in that time it takes no sessions.
  const script = await stack.script({ turns: [[{ text: 'Never heard.', holdUntil: 'never' }, { text: 'Answered.' }]] });
  const run = await stack.api.run(await stack.newAgent(), { message: 'Go.', models: script.models });
  await script.waitForRequests(1);
  staying = await stack.startService('worker/main.ts');
  const gone = worker.kill('SIGTERM');
  await untilReadiness(own, 503, { status: 'unavailable', polls: false });
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
