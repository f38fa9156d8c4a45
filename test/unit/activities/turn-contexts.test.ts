import { expect, test } from 'vitest';
import { createTurnContexts } from '../../../activities/refresh-context/turn-contexts.ts';
import { assembleContext } from '../../../domain/context-assembly.ts';
import type { ContextInputs } from '../../../domain/context-inputs.ts';

const soul = { name: 'SOUL.md', version: 1, tokens: 3, content: 'I am Ada.' };
const fact = {
  id: 'm1',
  block: 'general',
  fact: 'Kites need wind.',
  tokens: 5,
  pinned: false,
  updatedAt: new Date(1_000),
  score: null,
  closeness: null,
  key: null,
} as const;
const inputs = (): ContextInputs => ({
  agent: { agentId: 'a1', displayName: 'Ada', department: null, role: 'agent' },
  soul: [soul],
  skills: [],
  learned: [],
  references: { index: [], unlisted: 0, bodies: [] },
  workspace: [],
  memory: { entries: [fact], unread: 0, search: 'words' },
  startedAt: null,
  warnings: [],
  tokenRatio: 1,
});

test('a context is assembled once as long as its inputs do not change', () => {
  const contexts = createTurnContexts();
  const first = contexts.of(inputs());
  const { system, volatile, sources } = assembleContext(inputs());
  expect([first.system.text, first.volatile.text, first.sources]).toEqual([system, volatile, sources]);
  expect(contexts.of(inputs())).toBe(first);
});

test.each<[changed: string, inputs: ContextInputs]>([
  ['the agent', { ...inputs(), agent: { ...inputs().agent, displayName: 'Eve' } }],
  ['a document', { ...inputs(), soul: [{ ...soul, content: 'I am not.' }] }],
  ['the version of a document', { ...inputs(), soul: [{ ...soul, version: 2 }] }],
  [
    'a memory',
    { ...inputs(), memory: { entries: [{ ...fact, fact: 'They need none.' }], unread: 0, search: 'words' } },
  ],
  ['what a model counts', { ...inputs(), tokenRatio: 1.2 }],
  ['the warnings', { ...inputs(), warnings: ['Model m is down.'] }],
])('a change of %s is in the context of the next turn', (_, changed) => {
  const contexts = createTurnContexts();
  const before = contexts.of(inputs());
  const { system, volatile, sources } = assembleContext(changed);
  const after = contexts.of(changed);
  expect(after).not.toBe(before);
  expect([after.system.text, after.volatile.text, after.sources]).toEqual([system, volatile, sources]);
});
