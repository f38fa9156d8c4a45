import { expect, test } from 'vitest';
import { readableResult } from '../../../mcp/tool-result.ts';

test('texts are joined and what is no text becomes a line that says what it is', () => {
  const result = readableResult(
    {
      content: [
        { type: 'text', text: 'one' },
        { type: 'image', mimeType: 'image/png', data: Buffer.alloc(1234).toString('base64') },
        { type: 'audio', mimeType: 'audio/wav', data: Buffer.alloc(5).toString('base64') },
        { type: 'resource', resource: { uri: 'file:///a.bin', blob: Buffer.alloc(10).toString('base64') } },
        { type: 'resource', resource: { uri: 'file:///a.txt', mimeType: 'text/plain', text: 'inside' } },
        { type: 'resource_link', uri: 'file:///b.csv', name: 'b' },
      ],
    },
    1_000,
  );
  expect(result.output.split('\n')).toEqual([
    'one',
    '[image image/png, 1234 bytes]',
    '[audio audio/wav, 5 bytes]',
    '[resource file:///a.bin, 10 bytes]',
    '[resource file:///a.txt text/plain]',
    'inside',
    '[resource file:///b.csv]',
  ]);
  expect(result).toMatchObject({ isError: false, items: 6, truncated: false });
});

test('structured content is read when there is no text, and not besides a text', () => {
  const structuredContent = { results: [{ id: 1 }, { id: 2 }] };
  expect(readableResult({ content: [], structuredContent }, 100)).toMatchObject({
    output: '{"results":[{"id":1},{"id":2}]}',
    items: 2,
  });
  expect(readableResult({ content: [{ type: 'text', text: 'two' }], structuredContent }, 100)).toMatchObject({
    output: 'two',
    items: 2,
  });
});

test('an error result stays one, with its text', () => {
  const result = readableResult({ content: [{ type: 'text', text: 'no such file' }], isError: true }, 100);
  expect(result).toMatchObject({ output: 'no such file', isError: true, items: 1 });
});

test('a credential of ours that a server repeats is not shown (I10)', () => {
  const result = readableResult(
    { content: [{ type: 'text', text: 'you sent Bearer s3cret-token and s3cret-token' }] },
    100,
    'Bearer s3cret-token',
  );
  expect(result.output).toBe('you sent Bearer [redacted] and [redacted]');
});
