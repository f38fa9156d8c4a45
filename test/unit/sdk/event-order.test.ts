import type { RunEvent } from 'brainstormrouter';
import { expect, test } from 'vitest';
import { createEventOrder } from '../../../sdk/typescript/src/events/event-order.ts';

const event = (id: string) => ({ type: 'br.routing_savings', id, data: {} }) as RunEvent;
const summary = (id: string) => ({ type: 'session.compacted', id, data: {} }) as RunEvent;

function delta(id: string, text: string, turnIndex = 0): RunEvent {
  const [, attempt = '', end = ''] = id.split('.');
  const data = {
    turnIndex,
    attempt: Number(attempt),
    offset: Number(end) - text.length,
    text,
    model: 'm',
    provider: 'p',
  };
  return { type: 'agent.message_delta', id, data };
}

/** What is shown of these events: ids, and the text of deltas. */
function shown(after: string | undefined, ...events: readonly RunEvent[]): string[] {
  const order = createEventOrder(after);
  return events
    .flatMap((each) => order.accept(each) ?? [])
    .map(({ id, type, data }) => (type === 'agent.message_delta' ? `${id} ${data.text}` : id));
}

test.each<[string, string | undefined, RunEvent[], string[]]>([
  ['repeated', undefined, [event('1'), event('1'), event('2'), event('1'), event('3')], ['1', '2', '3']],
  ['before the cursor', '2', [event('1'), event('2'), event('3')], ['3']],
  [
    'beyond 2^31 and 2^53',
    '2147483647',
    [event('2147483648'), event('9007199254740993'), event('9007199254740992')],
    ['2147483648', '9007199254740993'],
  ],
  ['of more digits', '9', [event('10'), event('9'), event('100')], ['10', '100']],
  ['without an id', '5', [event(''), event('')], ['', '']],
  ['of another kind of id', undefined, [event('abc'), event('abc'), event('abd')], ['abc', 'abd']],
  [
    'of a summary',
    undefined,
    [event('4'), summary('4.0.1'), summary('4.0.1'), summary('4.0.2'), event('5'), summary('4.0.2')],
    ['4', '4.0.1', '4.0.2', '5'],
  ],
  [
    'of a summary before the cursor',
    '4.0.1',
    [summary('4.0.1'), summary('4.0.2'), event('4'), event('5')],
    ['4.0.2', '5'],
  ],
  [
    'of a summary behind the text in front of it',
    undefined,
    [event('4'), delta('4.1.2', 'ab'), summary('4.0.1'), event('5')],
    ['4', '4.1.2 ab', '4.0.1', '5'],
  ],
  [
    'of text',
    undefined,
    [event('4'), delta('4.1.2', 'ab'), delta('4.1.2', 'ab'), delta('4.1.4', 'cd')],
    ['4', '4.1.2 ab', '4.1.4 cd'],
  ],
  ['of text in other pieces', undefined, [delta('4.1.2', 'ab'), delta('4.1.5', 'abcde')], ['4.1.2 ab', '4.1.5 cde']],
  [
    'of text of a later attempt',
    undefined,
    [delta('4.1.2', 'ab'), delta('4.2.1', 'x'), delta('4.1.3', 'c')],
    ['4.1.2 ab', '4.2.1 x'],
  ],
  [
    'of text of a later turn',
    undefined,
    [delta('4.1.2', 'ab'), event('5'), delta('5.1.1', 'x', 1), delta('4.1.3', 'c')],
    ['4.1.2 ab', '5', '5.1.1 x'],
  ],
])('[sdk:stream:each-event-once] an event %s is shown once', (_, after, events, expected) => {
  expect(shown(after, ...events)).toEqual(expected);
});
