import { expect, test } from 'vitest';
import { createEventDescriber, createPaint } from '../../../stack/demo/describe-event.ts';

const describeEvent = (type: string, json: string) => createEventDescriber(createPaint(false))(type, json);

test('[stack:demo:shows-a-session-as-it-happens] an answer is shown whole, with its model, tokens and cost', () => {
  const data = {
    text: 'First line.\n\nLast line.',
    model: 'sim-large',
    turnIndex: 3,
    provider: 'simulated',
    usage: { inputTokens: 1200, outputTokens: 80, cacheReadTokens: 0 },
    costUsd: 0.0012,
  };
  expect(describeEvent('agent.message', JSON.stringify(data))).toBe(
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
  const line = describeEvent('agent.tool_use', JSON.stringify(data));
  expect(line).toMatch(/^ 0 ⚒ write \{"name":"summary.md"/);
  expect(line.length).toBeLessThan(130);
  expect(line).not.toContain('\n');
});

test('an unknown event is shown raw', () => {
  expect(describeEvent('br.new_thing', '{"a":1}')).toBe('br.new_thing {"a":1}');
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
  expect(describeEvent('br.routing_savings', JSON.stringify(savings))).toBe(
    ' 3   $0.01000; $0.009036 saved against sim-sage',
  );
});

test('a turn that cost more than its answer says what the rest was for', () => {
  const describe = createEventDescriber(createPaint(false));
  const answer = { text: '', model: 'sim-large', turnIndex: 3, provider: 'simulated', costUsd: 0.0012 };
  const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0 };
  describe('agent.message', JSON.stringify({ ...answer, usage }));
  expect(describe('br.routing_savings', JSON.stringify(savings))).toContain(
    '$0.01000 ($0.008800 for requests without an answer, at most)',
  );
});
