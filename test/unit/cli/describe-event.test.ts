import { expect, test } from 'vitest';
import { createEventDescriber } from '../../../cli/follow/describe-event.ts';
import { createPaint } from '../../../cli/output/paint.ts';
import type { RunEvent } from '../../../sdk/typescript/src/index.ts';

/** @param data of an event, as far as its line tells of it */
const eventOf = (type: string, data: object) => ({ type, data, id: '1' }) as RunEvent;
const describeEvent = (type: string, data: object) => createEventDescriber(createPaint(false))(eventOf(type, data));

test('[stack:demo:shows-a-session-as-it-happens] an answer is shown whole, with its model, tokens and cost', () => {
  const data = {
    text: 'First line.\n\nLast line.',
    model: 'sim-large',
    turnIndex: 3,
    provider: 'simulated',
    usage: { inputTokens: 1200, outputTokens: 80, cacheReadTokens: 0 },
    costUsd: 0.0012,
  };
  expect(describeEvent('agent.message', data)).toBe(
    ' 3 ✎ answer of sim-large 1200 → 80 tokens, $0.001200\n\n   First line.\n\n   Last line.\n',
  );
});

test('a tool call is one line, even if its arguments are long', () => {
  const data = {
    toolName: 'write',
    args: { name: 'summary.md', content: 'line\n'.repeat(500) },
    toolUseId: 'call_1',
    server: 'workspace',
    turnIndex: 0,
    permission: 'allow',
  };
  const line = describeEvent('agent.tool_use', data);
  expect(line).toMatch(/^ 0 ⚒ write \{"name":"summary.md"/);
  expect(line.length).toBeLessThan(130);
  expect(line).not.toContain('\n');
});

test('an unknown event is shown raw', () => {
  expect(describeEvent('br.new_thing', { a: 1 })).toBe('br.new_thing {"a":1}');
});

const savings = {
  turnIndex: 3,
  model: 'sim-large',
  costUsd: 0.01,
  baselineModel: 'sim-sage',
  baselineCostUsd: 0.019036,
  savingsUsd: 0.009036,
  interval: [0, 0.01],
  method: 'posterior',
};

test('the cost of a turn is shown as exactly as the cost it is compared with', () => {
  expect(describeEvent('br.routing_savings', savings)).toBe(' 3   $0.01000; $0.009036 saved against sim-sage');
});

test('a turn that cost more than its answer says what the rest was for', () => {
  const describe = createEventDescriber(createPaint(false));
  const answer = { text: '', model: 'sim-large', turnIndex: 3, provider: 'simulated', costUsd: 0.0012 };
  const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0 };
  describe(eventOf('agent.message', { ...answer, usage }));
  expect(describe(eventOf('br.routing_savings', savings))).toContain(
    '$0.01000 ($0.008800 for requests without an answer, at most)',
  );
});

test('[cli:terminal:nothing-steers-it] what a model or a tool wrote cannot colour, move or rename the terminal', () => {
  const clear = '\u001b[2J\u001b]0;title\u0007\u009b31m\u202e';
  const answer = { text: `a${clear}b\nc`, model: 'm', turnIndex: 0, provider: 'p', costUsd: 0 };
  const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0 };
  expect(describeEvent('agent.message', { ...answer, usage })).toContain('   ab\n   c\n');
  const call = { toolName: `t${clear}`, args: { [`k${clear}`]: clear }, turnIndex: 0, permission: 'allow' };
  expect(describeEvent('agent.tool_use', call)).toBe(' 0 ⚒ t {"k":""}');
  expect(describeEvent(`new${clear}`, { a: clear })).toBe('new {"a":""}');
});
