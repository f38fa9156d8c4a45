import { expect, test } from 'vitest';
import { type ComparableTurn, turnDifferences } from '../../../domain/turn-differences.ts';

const call = { toolName: 'search', argsHash: 'a', state: 'succeeded', isError: false, outputHash: 'o' };
const turn: ComparableTurn = {
  messages: ['Go.'],
  provider: 'local',
  model: 'small',
  text: 'Done.',
  calls: [call],
  costNano: 10n,
  end: { kind: 'continue' },
};

test.each<[string, Partial<ComparableTurn>, string[]]>([
  ['nothing', {}, []],
  ['another message', { messages: ['Go!'] }, ['messages']],
  ['one more message', { messages: ['Go.', 'On.'] }, ['messages']],
  ['another model', { model: 'large' }, ['model']],
  ['the same model of another provider', { provider: 'remote' }, ['model']],
  ['another text', { text: 'Did it.' }, ['text']],
  ['no answer', { text: null, provider: null, model: null, calls: [] }, ['model', 'text', 'calls']],
  [
    'another tool, whose arguments cannot be compared',
    { calls: [{ ...call, toolName: 'read', argsHash: 'b' }] },
    ['calls'],
  ],
  ['a further call', { calls: [call, call] }, ['calls']],
  ['other arguments', { calls: [{ ...call, argsHash: 'b' }] }, ['arguments']],
  ['another result', { calls: [{ ...call, outputHash: 'p' }] }, ['results']],
  ['a result that is an error', { calls: [{ ...call, isError: true }] }, ['results']],
  [
    'a call that has not ended',
    { calls: [{ ...call, state: 'dispatched', isError: null, outputHash: null }] },
    ['results'],
  ],
  ['a billionth of a dollar', { costNano: 11n }, ['cost']],
  ['an end', { end: { kind: 'ended', reason: 'completed' } }, ['end']],
  ['no end yet', { end: null }, ['end']],
])('[session:diff:turn-by-turn] two turns differ by %s', (_, change, differs) => {
  expect(turnDifferences(turn, { ...turn, ...change })).toEqual(differs);
  expect(turnDifferences({ ...turn, ...change }, turn)).toEqual(differs);
});

test('[session:diff:turn-by-turn] ends differ by their reasons, and a turn of one session only differs as a whole', () => {
  const ended = (reason: string) => ({ ...turn, end: { kind: 'ended', reason } });
  expect(turnDifferences(ended('error'), ended('completed'))).toEqual(['end']);
  expect(turnDifferences(turn, undefined)).toEqual(['turn']);
  expect(turnDifferences(undefined, turn)).toEqual(['turn']);
});
