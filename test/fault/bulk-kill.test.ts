import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultPoint } from '../../activities/stage-deps.ts';
import type { BulkPreview } from '../../contract/bulk.ts';
import { bulk, bulkEnd, bulkItems, bulkJob, failedSessions } from '../support/failed-sessions.ts';
import { checkInvariants } from '../support/invariants.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { effectsOf } from '../support/tool-server.ts';
import { until } from '../support/until.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ restartWorkerAtOnce: true });
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const SESSIONS_OF_AGENT = 70;
const RATE = 20;
const POINTS: readonly FaultPoint[] = ['bulk_part_taken.after', 'bulk_item.before', 'bulk_item.after'];

async function retriesNoted(sessionIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ id: string; noted: number }>(
      'retries-noted',
      `SELECT target AS id, count(*)::int AS noted FROM audit_entry
        WHERE action = 'session.retry' AND target = ANY ($1) GROUP BY target`,
      [sessionIds],
    ),
  );
  return new Map(rows.map(({ id, noted }) => [id, noted]));
}

test('[session:bulk:each-session-once] [I1] [I6] hundreds of failed sessions are retried once each, at the rate of the job, while the worker is killed at each point and every other process as well', async () => {
  const agents = await Promise.all([stack.newAgent(), stack.newAgent(), stack.newAgent()]);
  const { sessionIds, retry } = await failedSessions(stack, agents, { each: SESSIONS_OF_AGENT });
  const job = await bulk(stack.api, { action: 'retry', filter: { reason: 'error' }, rate: RATE, retry });
  expect(job.sessions).toBe(agents.length * SESSIONS_OF_AGENT);
  const done = async () => (await bulkJob(stack.api, job.id).catch(() => undefined))?.progress.done ?? 0;
  for (const point of POINTS) {
    const before = await done();
    await until('the job to go on', async () => (await done()) > before);
    stack.killWorkerAt(point);
    await until(`the worker to die at ${point}`, () => stack.faultHappened());
    await stack.workerReady();
  }
  for (const name of ['temporal', 'postgres', 'api'] as const) {
    await stack.processes.kill(name);
    await stack.processes.ready(name);
    const before = await done();
    await until('the job to go on', async () => (await done()) > before);
  }
  stack.killWorkerAt('bulk_job_ended.after');
  const ended = await bulkEnd(stack.api, job.id, 150_000);
  expect(ended).toMatchObject({
    status: 'completed',
    progress: { pending: 0, refused: 0, failed: 0, done: job.sessions },
  });
  await until('the worker to die at the end of the job', () => stack.faultHappened());
  await stack.workerReady();
  expect([...(await retriesNoted(sessionIds)).values()]).toEqual(sessionIds.map(() => 1));
  const times = (await bulkItems(stack.api, job.id)).map(({ settled_at = '' }) => Date.parse(settled_at));
  const tookMs = Math.max(...times) - Math.min(...times);
  expect(tookMs).toBeGreaterThanOrEqual(((job.sessions - 2 * RATE) / RATE) * 1_000);
  for (const id of sessionIds) {
    await until(`${id} to complete`, async () => (await stack.api.session(id)).end_reason === 'completed');
  }
  const { status } = await until('the workflow of the job to close', async () => {
    const described = await stack.temporal.workflow.getHandle(job.id).describe();
    return described.status.name === 'RUNNING' ? undefined : described;
  });
  expect(status.name).toBe('COMPLETED');
});

test('[session:bulk:says-before-what-it-does] a session whose call may have had an effect is refused, and a job that an operator stops in Temporal is cancelled', async () => {
  const server = await stack.toolServer('writes', { effect: 'write', idempotent: false });
  const call = { name: server.tool('count'), args: { note: 'bulk', ms: 60_000 } };
  const script = await stack.script({ turns: [[{ toolCalls: [call] }], [{ text: 'Told.' }]], repeatLastAttempt: true });
  const agentId = await stack.newAgent();
  const run = await stack.api.run(agentId, { message: 'Go.', models: script.models });
  await until('the tool to be called', () => effectsOf(stack.counterFile, 'bulk') === 1);
  await stack.api.call('POST', `/v1/sessions/${run.sessionId}/terminate`);
  await run.ended();
  const request = { action: 'retry', filter: { agent_id: agentId } };
  expect(await bulk<BulkPreview>(stack.api, { ...request, dry_run: true })).toMatchObject({
    would_be_done: 0,
    would_be_refused: [{ code: 'effect_unknown', sessions: 1, example: run.sessionId }],
  });
  const { id } = await bulk(stack.api, request);
  await bulkEnd(stack.api, id);
  expect(await bulkItems(stack.api, id)).toMatchObject([{ outcome: 'refused', code: 'effect_unknown' }]);
  const accepting = { ...request, retry: { unknown_effects: 'accept' }, dry_run: true };
  expect(await bulk<BulkPreview>(stack.api, accepting)).toMatchObject({ would_be_done: 1, would_be_refused: [] });

  const { sessionIds } = await failedSessions(stack, [agentId], { each: 3 });
  const slow = await bulk(stack.api, { action: 'pause', filter: { reason: 'error' }, rate: 0.1 });
  await until('its workflow', async () => (await describe(slow.id)) === 'RUNNING');
  await stack.temporal.workflow.getHandle(slow.id).terminate();
  const cancelled = await bulkEnd(stack.api, slow.id);
  expect(cancelled).toMatchObject({ status: 'cancelled', error: { code: 'workflow_terminated' } });
  expect(sessionIds).toHaveLength(3);
});

async function describe(workflowId: string): Promise<string | undefined> {
  const found = await stack.temporal.workflow
    .getHandle(workflowId)
    .describe()
    .catch(() => undefined);
  return found?.status.name;
}
