import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkInvariants } from '../../support/invariants.ts';
import type { ScriptedProvider } from '../../support/scripted-provider.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';

let stack: SharedStack;

beforeAll(async () => {
  stack = await shareStack();
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

interface Forked {
  readonly id: string;
  readonly context?: Record<string, { readonly name: string }[]>;
}
interface Manifest {
  readonly manifest: {
    readonly sources: {
      readonly source: string;
      readonly included: { readonly id: string; readonly why?: string }[];
    }[];
  };
}

const forkOf = (sessionId: string, body: object) =>
  stack.api.call<Forked>('POST', `/v1/sessions/${sessionId}/fork`, body);
const settled = (sessionId: string) => stack.api.watch(sessionId).waitFor(({ type }) => type === 'session.status_idle');
const lastPrompt = async (script: ScriptedProvider) => JSON.stringify((await script.report()).requests.at(-1)?.body);
const put = (agentId: string, path: string, content: string) =>
  stack.api.call('PUT', `/v1/agents/${agentId}/context/${path}`, { content });

/** An agent with documents of each kind, and a session of it that has answered and waits. */
async function source() {
  const script = await stack.script({
    turns: [1, 2, 3].map((n) => [{ text: `Answer ${n}.` }]),
    repeatLastAttempt: true,
  });
  const agentId = await stack.newAgent();
  await put(agentId, 'soul/SOUL.md', 'You are the old soul.');
  await put(agentId, 'skill/skill.md', 'An old skill.');
  await put(agentId, 'reference/hives.md', 'Old words about hives.');
  const body = { message: 'Tell me of hives.', models: script.models, on_complete: 'idle' };
  const run = await stack.api.run(agentId, body);
  await run.waitFor(({ type }) => type === 'session.status_idle');
  return { script, agentId, id: run.sessionId };
}

test('[session:fork:reads-another-context] a fork and its forks read the documents that they were given, and their source those of its agent', async () => {
  const { script, agentId, id } = await source();
  const told = { from_turn: 0, message: 'Again, of hives.' };
  const fork = await forkOf(id, {
    ...told,
    context: {
      soul: { 'SOUL.md': 'You are the new soul.' },
      reference: { 'bees.md': 'New words about bees.', 'hives.md': 'New words about hives.' },
    },
  });
  expect(fork.context).toEqual({
    soul: [{ name: 'SOUL.md', tokens: expect.any(Number) }],
    reference: [expect.objectContaining({ name: 'bees.md' }), expect.objectContaining({ name: 'hives.md' })],
  });
  await settled(fork.id);
  const prompt = await lastPrompt(script);
  for (const text of ['new soul', 'An old skill', 'New words about hives', 'bees.md']) expect(prompt).toContain(text);
  for (const text of ['old soul', 'Old words']) expect(prompt).not.toContain(text);
  const manifest = await stack.api.call<Manifest>('GET', `/v1/sessions/${fork.id}/turns/1/context`);
  const partsOf = (source: string) =>
    manifest.manifest.sources.flatMap((each) =>
      each.source === source ? each.included.map(({ id, why }) => [id, why]) : [],
    );
  expect(partsOf('SOUL')).toEqual([['SOUL.md', 'session']]);
  expect(partsOf('SKILL')).toEqual([['skill.md', undefined]]);
  expect(partsOf('REFERENCE')).toContainEqual(['hives.md', 'relevant']);
  const inherited = await stack.api.call<Manifest>('GET', `/v1/sessions/${fork.id}/turns/0/context`);
  expect(JSON.stringify(inherited.manifest.sources)).not.toContain('session"');
  const preview = await stack.api.call<object>('GET', `/v1/agents/${agentId}/context/preview?session_id=${fork.id}`);
  expect(JSON.stringify(preview)).toContain('new soul');

  // A fork of the fork reads the same but for what it is given, or has given back.
  const grandchild = await forkOf(fork.id, { ...told, from_turn: 1, context: { skill: {}, reference: null } });
  expect(Object.keys(grandchild.context ?? {}).sort()).toEqual(['skill', 'soul']);
  await settled(grandchild.id);
  const further = await lastPrompt(script);
  for (const text of ['new soul', 'Old words about hives']) expect(further).toContain(text);
  expect(further).not.toContain('old skill');

  await stack.api.steer(agentId, id, { type: 'user.message', text: 'And you?' });
  await stack.api.watch(id).waitFor(({ type, id: seq }) => type === 'session.status_idle' && seq > 6);
  expect(await lastPrompt(script)).toContain('old soul');
  expect(await stack.api.session(id)).not.toHaveProperty('context');
});

test('[session:fork:reads-another-context] what no agent may have as a document is refused', async () => {
  const { id } = await source();
  const cases: [object, number, string, string | undefined][] = [
    [{}, 400, 'invalid_request', 'context'],
    [{ workspace: { 'a.md': 'A file.' } }, 400, 'unknown_field', 'context.workspace'],
    [{ soul: 'You are terse.' }, 400, 'invalid_request', 'context.soul'],
    [{ soul: { '../SOUL.md': 'You.' } }, 400, 'invalid_request', 'context.soul'],
    [
      { skill: Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`${n}.md`, ''])) },
      400,
      'invalid_request',
      'context.skill',
    ],
    [{ soul: { 'SOUL.md': 'x'.repeat(600_000) } }, 413, 'message_too_large', 'context.soul.SOUL.md'],
    [{ soul: { 'SOUL.md': 'x'.repeat(300_000) } }, 413, 'quota_exceeded', undefined],
  ];
  for (const [context, status, code, param] of cases) {
    const answer = await stack.api.request('POST', `/v1/sessions/${id}/fork`, { from_turn: 0, context });
    expect(answer).toMatchObject({ status, body: { error: param === undefined ? { code } : { code, param } } });
  }
  expect(await stack.api.call('GET', `/v1/sessions/${id}/forks`)).toMatchObject({ data: [] });
});
