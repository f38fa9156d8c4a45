import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { png, userImage } from '../../support/images.ts';
import { readLog } from '../../support/invariant-log.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { LIST } from '../../support/script-parts.ts';
import { parsedFile, type SessionFile } from '../../support/session-file.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import type { ToolServer } from '../../support/tool-server.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;
let reads: ToolServer;

beforeAll(async () => {
  stack = await startTestStack();
  reads = await stack.toolServer('reads', { effect: 'read', idempotent: false });
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

const SECRET = 'ghp_0Zx8Qm3Lr7Tv1Bn5Wk9Yd2Hs6Jc4Pf8Gu3A1';
const echo = (text: string) => ({ name: reads.tool('echo'), args: { text } });

async function exported(sessionId: string): Promise<SessionFile> {
  const { status, headers, body } = await stack.api.request('GET', `/v1/sessions/${sessionId}/export`);
  expect([status, headers.get('content-type')]).toEqual([200, 'application/jsonl']);
  return parsedFile(String(body));
}

const post = (id: string, verb: string, body: object = {}) =>
  stack.api.call<{ id: string }>('POST', `/v1/sessions/${id}/${verb}`, body);

/** A session with calls, a failed model, an image, a text that is too long for a prompt, a secret, a rewound turn and unread text. */
async function source() {
  const huge = { name: reads.tool('huge'), args: { bytes: 600_000, end: 'schließlich' } };
  const script = await stack.script({
    turns: [
      [{ text: 'Calls.', toolCalls: [LIST, huge] }],
      [{ toolCalls: [echo('short')] }],
      ...[1, 2, 3, 4, 5, 6].map((n) => [{ text: `Answer ${n}.` }]),
    ],
    repeatLastAttempt: true,
  });
  const run = await stack.api.run(await stack.newAgent(), {
    message: `Go. My token is ${SECRET}.`,
    images: [userImage(png(40, 30))],
    models: script.models,
    on_complete: 'idle',
    max_turns: 20,
    metadata: { ticket: 'T-1' },
  });
  const { sessionId: id } = run;
  const idle = (n: number) => run.waitFor(({ type }) => type === 'session.status_idle' && run.ofType(type).length >= n);
  await idle(1);
  await post(id, 'events', { type: 'user.message', text: 'Second.' });
  await idle(2);
  await post(id, 'rewind', { to_turn: 2 });
  await idle(3);
  await post(id, 'events', { type: 'user.message', text: 'Third.' });
  await idle(4);
  return { id, run };
}

test('[session:export:whole-from-a-consistent-point] the file of a session has all that its readers see, its forks have what they inherited, and a live session has none', async () => {
  const { id, run } = await source();
  const refused = await stack.api.request('GET', `/v1/sessions/${id}/export`);
  expect(refused).toMatchObject({ status: 409, body: { error: { code: 'session_not_ended' } } });
  await post(id, 'pause');
  await run.waitFor(({ type }) => type === 'session.status_idle' && run.ofType(type).at(-1)?.cause === 'paused');
  await post(id, 'events', { type: 'user.message', text: 'Never read.' });
  const { id: forkId } = await post(id, 'fork', { from_turn: 1, message: 'Otherwise.' });
  await post(id, 'terminate');

  const file = await exported(id);
  const [header] = file.lines;
  expect(header).toMatchObject({ kind: 'header', format: 'agent-runs.session', version: 1, session_id: id });
  const { counts, sha256 } = file.lines.at(-1) as unknown as { counts: Record<string, number>; sha256: string };
  const before = file.text.slice(0, file.text.trimEnd().lastIndexOf('\n') + 1);
  expect(sha256).toBe(createHash('sha256').update(before).digest('hex'));
  const kinds = file.lines.slice(0, -1).map(({ kind }) => kind);
  expect(counts).toEqual(Object.fromEntries([...new Set(kinds)].map((kind) => [kind, file.ofKind(kind).length])));
  const session = await stack.api.session(id);
  const log = await readLog(stack, id);
  expect(file.ofKind('event').map(({ type, data }) => ({ type, data }))).toEqual(
    log.map(({ type, data }) => ({ type, data })),
  );
  expect(file.ofKind('session')).toMatchObject([
    { end_reason: 'terminated', event_seq: session.last_seq, metadata: { ticket: 'T-1' }, own_from: 4 },
  ]);
  // Turn 3 was rewound.
  expect(file.ofKind('turn').map(({ turn, in_transcript }) => [turn, in_transcript])).toEqual([
    [0, true],
    [1, true],
    [2, true],
    [3, false],
    [4, true],
  ]);
  expect(file.ofKind('tool_call').map(({ tool_name }) => tool_name)).toEqual([
    'workspace_list',
    reads.tool('huge'),
    reads.tool('echo'),
  ]);
  expect(file.ofKind('decision').length).toBe(5);
  expect(file.ofKind('attempt').length).toBe(5);
  expect(file.ofKind('context').length).toBeGreaterThan(0);
  expect(file.ofKind('image')).toMatchObject([{ width: 40, height: 30 }]);
  const [artifact] = file.ofKind('artifact');
  const path = `/v1/sessions/${id}/artifacts/${artifact?.id}`;
  const whole = (await stack.api.request('GET', path)).body;
  const at = file.lines.indexOf(artifact as never);
  const parts = file.lines.slice(at + 1, at + 1 + Math.ceil(Number(artifact?.bytes) / 262_144));
  expect(Buffer.concat(parts.map(({ data }) => Buffer.from(String(data), 'base64'))).toString()).toBe(whole);
  expect(file.ofKind('message').map(({ state }) => state)).toEqual(['consumed', 'consumed', 'consumed', 'undelivered']);
  for (const text of [SECRET, 'Never read.']) expect(file.text).not.toContain(text);

  const watch = stack.api.watch(forkId);
  await watch.waitFor(({ type }) => type === 'session.status_idle');
  await post(forkId, 'terminate');
  const fork = await exported(forkId);
  expect(fork.ofKind('turn').map(({ turn }) => turn)).toEqual([0, 1, 2]);
  expect(fork.ofKind('tool_call')).toEqual(file.ofKind('tool_call'));
  expect(fork.ofKind('image')).toEqual(file.ofKind('image'));
  expect(fork.ofKind('artifact')).toEqual(file.ofKind('artifact'));
  expect(fork.ofKind('attempt').map(({ turn }) => turn)).toEqual([2]);
  expect(fork.ofKind('message').length).toBe(1);
  const audited = await stack.api.call<{ data: { action: string; target: string }[] }>('GET', '/v1/governance/audit');
  expect(audited.data.filter(({ action }) => action === 'session.export').map(({ target }) => target)).toEqual([
    forkId,
    id,
  ]);
});

test('[session:export:whole-from-a-consistent-point] a session that goes on while it is exported ends its file with a line that says so', async () => {
  const script = await stack.script({
    turns: [[{ toolCalls: [LIST] }], [{ text: 'Done.' }]],
    repeatLastAttempt: true,
  });
  const run = await stack.api.run(await stack.newAgent(), { message: 'Go.', models: script.models, max_turns: 1 });
  expect((await run.ended()).reason).toBe('max_turns');
  const exporting = await stack.db.serviceTransaction(async (tx) => {
    // The export waits for this lock when it has read the session and its turns.
    await tx.query('t-lock-summaries', 'LOCK TABLE session_summary IN ACCESS EXCLUSIVE MODE');
    const sent = stack.api.request('GET', `/v1/sessions/${run.sessionId}/export`);
    await until('the export to wait for the summaries', async () => {
      const waiting = await tx.query(
        't-waiting',
        `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'session_summary'::regclass`,
      );
      return waiting.length > 0;
    });
    await post(run.sessionId, 'retry', { max_turns: 8 });
    return { sent };
  });
  const { body } = await exporting.sent;
  expect(parsedFile(String(body)).lines.at(-1)).toMatchObject({ kind: 'failed', code: 'session_changed' });
});
