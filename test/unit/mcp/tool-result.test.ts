import { expect, test } from 'vitest';
import { readableResult } from '../../../mcp/tool-result.ts';

const limits = { maxResultBytes: 1_000, maxWholeBytes: 5_000 };

test('texts are joined, and every other item becomes a line that says what it is', () => {
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
    limits,
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

test('structured content is used only if there is no text', () => {
  const structuredContent = { results: [{ id: 1 }, { id: 2 }] };
  expect(readableResult({ content: [], structuredContent }, limits)).toMatchObject({
    output: '{"results":[{"id":1},{"id":2}]}',
    items: 2,
  });
  expect(readableResult({ content: [{ type: 'text', text: 'two' }], structuredContent }, limits)).toMatchObject({
    output: 'two',
    items: 2,
  });
});

test('an error result stays an error and keeps its text', () => {
  const result = readableResult({ content: [{ type: 'text', text: 'no such file' }], isError: true }, limits);
  expect(result).toMatchObject({ output: 'no such file', isError: true, items: 1 });
});

test('a credential of ours that a server repeats is not shown (I10)', () => {
  const result = readableResult(
    { content: [{ type: 'text', text: 'you sent Bearer s3cret-token and s3cret-token' }] },
    limits,
    'Bearer s3cret-token',
  );
  expect(result.output).toBe('you sent Bearer [redacted] and [redacted]');
});

test('[tool:artifact:whole-result-readable] a result that is cut is also returned whole, and the whole says where it was cut if it exceeds a second limit', () => {
  const read = (text: string) => readableResult({ content: [{ type: 'text', text }] }, limits);
  expect(read('a'.repeat(1_000))).toMatchObject({ whole: undefined });
  const cut = read('ü'.repeat(2_000));
  expect(cut).toMatchObject({ bytes: 4_000, truncated: true, whole: 'ü'.repeat(2_000) });
  expect(Buffer.byteLength(cut.output)).toBeLessThanOrEqual(1_000);
  const { whole = '', bytes } = read('ü'.repeat(10_000));
  expect(bytes).toBe(20_000);
  expect(Buffer.byteLength(whole)).toBeLessThanOrEqual(5_000);
  expect(whole).toMatch(/^ü{2400,}\n\[cut: the first \d+ of 20000 bytes are shown\]$/);
});

test('[tool:artifact:whole-result-readable] the whole of a result does not contain a credential of ours either (I10)', () => {
  const text = `${'a'.repeat(2_000)} you sent s3cret-token`;
  const { whole } = readableResult({ content: [{ type: 'text', text }] }, limits, 'Bearer s3cret-token');
  expect(whole?.endsWith(' you sent [redacted]')).toBe(true);
});
