import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../support/invariants.ts';
import { LIST } from '../../support/script-parts.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { effectsOf } from '../../support/tool-server.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;
let agentId: string;

beforeAll(async () => {
  stack = await startTestStack();
  agentId = await stack.newAgent();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

test('[steering:mid-run:processed-at-next-boundary] [I1] messages posted mid-run are read exactly once, in order, at the next turn boundary', async () => {
  const script = await stack.script({
    turns: [[{ toolCalls: [LIST], holdUntil: 'go' }], [{ toolCalls: [LIST] }], [{ text: 'Done.' }]],
  });
  const run = await stack.api.run(agentId, { message: 'Begin.', models: script.models });
  await script.waitForRequests(1);
  const texts = Array.from({ length: 20 }, (_, n) => `Steer number ${n}.`);
  for (const text of texts) await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text });
  await script.release('go');
  expect((await run.ended()).reason).toBe('completed');
  const prompts = (await script.report()).requests.map(({ body }) => JSON.stringify(body));
  expect(texts.map((text) => occurrences(prompts[0] ?? '', text))).toEqual(texts.map(() => 0));
  expect(texts.map((text) => occurrences(prompts[1] ?? '', text))).toEqual(texts.map(() => 1));
  const places = texts.map((text) => (prompts[2] ?? '').indexOf(text));
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test('[steering:mid-run:processed-at-next-boundary] a run goes on with a message that comes during the last answer', async () => {
  const script = await stack.script({ turns: [[{ text: 'Done.', holdUntil: 'go' }], [{ text: 'Alignment, too.' }]] });
  const run = await stack.api.run(agentId, { message: 'Begin.', models: script.models });
  await script.waitForRequests(1);
  await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text: 'Also check alignment.' });
  await script.release('go');
  expect(await run.ended()).toMatchObject({ reason: 'completed', totalTurns: 2 });
  expect(run.ofType('agent.message').map((message) => message.text)).toEqual(['Done.', 'Alignment, too.']);
});

test('[steering:mid-run:processed-at-next-boundary] an interrupt aborts the model call at once and keeps the text that has arrived', async () => {
  const script = await stack.script({
    turns: [[{ text: 'The first half. The second half.', chunks: 2, holdUntil: 'never', holdAt: 'mid_stream' }]],
  });
  const run = await stack.api.run(agentId, { message: 'Begin.', models: script.models });
  await until('half of the answer to be sent', async () => ((await script.report()).requests[0]?.sent.frames ?? 0) > 0);
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect((await run.ended()).reason).toBe('interrupted');
  const [message] = run.ofType('agent.message');
  expect(message).toMatchObject({ partial: true, costIsUpperBound: true, turnIndex: 0 });
  expect(message?.text.length).toBeGreaterThan(0);
  expect('The first half. The second half.'.startsWith(message?.text ?? 'x')).toBe(true);
  const { requests } = await script.waitForRequests(1, { closed: true });
  expect(requests[0]?.sent.clientAborted).toBe(true);
});

test('[steering:mid-run:processed-at-next-boundary] an interrupt during a tool call takes effect at the boundary, and the result of the call says that its outcome is not known', async () => {
  const server = await stack.toolServer('slowly', { effect: 'write', idempotent: false });
  const count = { name: server.tool('count'), args: { note: 'under way', ms: 700 } };
  const script = await stack.script({ turns: [[{ toolCalls: [count] }], [{ text: 'Never asked.' }]] });
  const run = await stack.api.run(agentId, { message: 'Begin.', models: script.models });
  await until('the call to be under way', () => effectsOf(stack.counterFile, 'under way') === 1);
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect((await run.ended()).reason).toBe('interrupted');
  // The server says nothing more of a call that is cancelled.
  const preview = expect.stringContaining('not known whether');
  expect(run.ofType('agent.tool_result')).toMatchObject([{ toolName: 'slowly_count', isError: true, preview }]);
});

test('[session:idle:wakes-or-times-out] an idle session wakes for each message and reads it', async () => {
  const script = await stack.script({ turns: [[{ text: 'One.' }], [{ text: 'Two.' }], [{ text: 'Three.' }]] });
  const run = await stack.api.run(agentId, {
    message: 'First.',
    models: script.models,
    on_complete: 'idle',
    idle_timeout_s: 20,
  });
  for (const text of ['Second.', 'Third.']) {
    const idles = text === 'Second.' ? 1 : 2;
    await until('the session to be idle', () => run.ofType('session.status_idle').length === idles);
    expect(await stack.api.session(run.sessionId)).toMatchObject({ status: 'idle', idle_cause: 'awaiting_input' });
    await stack.api.steer(agentId, run.sessionId, { type: 'user.message', text });
  }
  await until('the third answer', () => run.ofType('session.status_idle').length === 3);
  await stack.api.steer(agentId, run.sessionId, { type: 'user.interrupt' });
  expect(await run.ended()).toMatchObject({ reason: 'interrupted', totalTurns: 3 });
  expect(run.ofType('agent.message').map((message) => message.text)).toEqual(['One.', 'Two.', 'Three.']);
  expect(run.ofType('session.status_running')).toHaveLength(3);
});

test('[stream:disconnect:run-goes-on] [I2] a client that leaves does not stop its run, and gets the whole log when it comes back', async () => {
  const script = await stack.script({
    turns: [[{ toolCalls: [LIST], holdUntil: 'go' }], [{ toolCalls: [LIST] }], [{ text: 'Done.' }]],
  });
  const run = await stack.api.run(agentId, { message: 'Begin.', models: script.models });
  await script.waitForRequests(1);
  await run.close();
  const seen = run.events.length;
  await script.release('go');
  const back = stack.api.watch(run.sessionId);
  expect((await back.ended()).reason).toBe('completed');
  expect(back.events.length).toBeGreaterThan(seen);
  expect(back.events[0]?.id).toBe(1);
});

test('[I2] a client whose connection drops again and again misses no event and sees none twice', async () => {
  const script = await stack.script({ generate: { turns: 12, toolName: 'workspace_list', latencyMs: 30 } });
  const run = await stack.api.run(agentId, { message: 'Begin.', models: script.models, max_turns: 20 });
  for (const turn of [1, 3, 5, 7, 9]) {
    await run.waitFor((event) => event.type === 'agent.tool_result' && Number(event.data.turnIndex) >= turn);
    run.drop();
  }
  expect((await run.ended()).reason).toBe('completed');
  expect(run.reconnects).toBeGreaterThan(0);
  expect(run.events.map((event) => event.id)).toEqual(run.events.map((_, index) => index + 1));
});

test('[steering:mid-run:processed-at-next-boundary] an ended session takes no more events', async () => {
  const script = await stack.script({ turns: [[{ text: 'Done.' }]] });
  const run = await stack.api.run(agentId, { message: 'Begin.', models: script.models });
  await run.ended();
  const answer = await stack.api.request('POST', `/v1/agents/${agentId}/sessions/${run.sessionId}/events`, {
    type: 'user.message',
    text: 'Too late.',
  });
  expect(answer).toMatchObject({ status: 409, body: { error: { code: 'session_ended' } } });
});

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1;
}
