import { expect, test } from 'vitest';
import { createPaint, describeEvent } from '../../../stack/demo/describe-event.ts';

const plain = createPaint(false);

test('[P1] an answer is shown whole, with its model, tokens and cost', () => {
  const data = {
    text: 'First line.\n\nLast line.',
    model: 'sim-large',
    turnIndex: 3,
    provider: 'simulated',
    usage: { inputTokens: 1200, outputTokens: 80, cacheReadTokens: 0 },
    costUsd: 0.0012,
  };
  expect(describeEvent('agent.message', JSON.stringify(data), plain)).toBe(
    ' 3 ✎ answer of sim-large 1200 → 80 tokens, $0.001200\n\n   First line.\n\n   Last line.\n',
  );
});

test('a tool call is one line, however long its arguments', () => {
  const data = {
    toolName: 'write',
    args: { name: 'summary.md', content: 'line\n'.repeat(500) },
    toolUseId: 'call_1',
    server: 'workspace',
    turnIndex: 0,
    permission: 'allow',
  };
  const line = describeEvent('agent.tool_use', JSON.stringify(data), plain);
  expect(line).toMatch(/^ 0 ⚒ write \{"name":"summary.md"/);
  expect(line.length).toBeLessThan(130);
  expect(line).not.toContain('\n');
});

test('an event it does not know is shown raw', () => {
  expect(describeEvent('br.new_thing', '{"a":1}', plain)).toBe('br.new_thing {"a":1}');
});
