import { expect, test } from 'vitest';
import { readableResult, resultWithoutSecrets } from '../../../../mcp/results/tool-result.ts';
import { jpeg, png, webp } from '../../../support/images.ts';

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
    '[image image/png, 1234 bytes, left out: it is not a PNG, JPEG, GIF or WebP image]',
    '[audio audio/wav, 5 bytes, kept as file_h1an12ndw5qcawyj3sn4gqfx19]',
    '[resource file:///a.bin, 10 bytes, kept as file_07a4hbys50358p6fcw5p1xd5jk]',
    '[resource file:///a.txt text/plain]',
    'inside',
    '[resource file:///b.csv]',
  ]);
  expect(result).toMatchObject({ isError: false, items: 6, truncated: false });
});

test('[image:tool:reaches-the-model] images of a result come beside its text, whatever type the server gives, and a line says where each stands', () => {
  const base64 = (content: Buffer) => content.toString('base64');
  const { output, images, bytes } = readableResult(
    {
      content: [
        { type: 'text', text: 'Two pictures:' },
        { type: 'image', mimeType: 'image/jpg', data: base64(jpeg(30, 20)) },
        { type: 'text', text: 'and' },
        { type: 'image', mimeType: 'image/jpeg', data: base64(png(640, 480)) },
        { type: 'resource', resource: { uri: 'file:///c.webp', mimeType: 'image/webp', blob: base64(webp(5, 4)) } },
      ],
    },
    limits,
  );
  expect(output.split('\n')).toEqual([
    'Two pictures:',
    '[image 1: image/jpeg, 30 × 20]',
    'and',
    '[image 2: image/png, 640 × 480]',
    '[image 3: image/webp, 5 × 4]',
  ]);
  expect(bytes).toBe(Buffer.byteLength(output));
  expect(images).toEqual([
    { mediaType: 'image/jpeg', width: 30, height: 20, content: jpeg(30, 20) },
    { mediaType: 'image/png', width: 640, height: 480, content: png(640, 480) },
    { mediaType: 'image/webp', width: 5, height: 4, content: webp(5, 4) },
  ]);
});

test('[image:checked:whole-and-what-it-says] an image of a result that is none, too large or one too many becomes a line that says so', () => {
  const image = (content: Buffer, mimeType = 'image/png') => ({
    type: 'image' as const,
    mimeType,
    data: content.toString('base64'),
  });
  const whole = png(4, 4);
  const svg = Buffer.from('<svg onload="alert(1)"/>');
  const content = [
    image(svg, 'image/svg+xml'),
    image(whole.subarray(0, whole.length - 4)),
    image(png(9_000, 1)),
    image(Buffer.concat([whole, Buffer.alloc(3_700_000)])),
    image(Buffer.alloc(0)),
    ...Array(9).fill(image(whole)),
  ];
  const { output, images } = readableResult({ content }, { maxResultBytes: 5_000, maxWholeBytes: 5_000 });
  expect(images).toHaveLength(8);
  const lines = output.split('\n');
  expect(lines.slice(0, 6)).toEqual([
    `[image image/svg+xml, ${svg.length} bytes, left out: it is not a PNG, JPEG, GIF or WebP image]`,
    `[image image/png, ${whole.length - 4} bytes, left out: it is cut off or damaged, although it begins like image/png]`,
    expect.stringContaining('left out: it has 9000 × 1 pixels, and a side may have at most 8000]'),
    expect.stringContaining('left out: an image may have at most 3700000 bytes]'),
    '[image image/png, 0 bytes, left out: it is not a PNG, JPEG, GIF or WebP image]',
    '[image 1: image/png, 4 × 4]',
  ]);
  expect(lines.at(-1)).toBe(`[image image/png, ${whole.length} bytes, left out: a result shows at most 8 images]`);
});

test('[tool:result:part-by-part] structured content is shown where the texts do not say the same', () => {
  const structuredContent = { results: [{ id: 1 }, { id: 2 }] };
  expect(readableResult({ content: [], structuredContent }, limits)).toMatchObject({
    output: '{"results":[{"id":1},{"id":2}]}',
    items: 2,
  });
  expect(readableResult({ content: [{ type: 'text', text: 'two' }], structuredContent }, limits)).toMatchObject({
    output: 'two\n{"results":[{"id":1},{"id":2}]}',
    items: 2,
  });
  const said = [{ type: 'text', text: 'Found 1 and 2.' }];
  expect(readableResult({ content: said, structuredContent }, limits)).toMatchObject({ output: 'Found 1 and 2.' });
});

test('[tool:result:files-by-reference] where there is no session to keep files with, they are only named', () => {
  const content = [{ type: 'audio', mimeType: 'audio/wav', data: 'AAAA' }];
  const { output, files } = readableResult({ content }, { ...limits, keepsFiles: false });
  expect({ output, files }).toEqual({ output: '[audio audio/wav, 3 bytes]', files: undefined });
});

test('an error result stays an error and keeps its text', () => {
  const result = readableResult({ content: [{ type: 'text', text: 'no such file' }], isError: true }, limits);
  expect(result).toMatchObject({ output: 'no such file', isError: true, items: 1 });
});

test('a credential of ours that a server repeats is not shown (I10)', async () => {
  const result = await resultWithoutSecrets(
    { content: [{ type: 'text', text: 'you sent Bearer s3cret-token and s3cret-token' }] },
    limits,
    ['s3cret-token'],
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

test('[tool:artifact:whole-result-readable] the whole of a result does not contain a credential of ours either (I10)', async () => {
  const text = `${'a'.repeat(2_000)} you sent s3cret-token`;
  const { whole } = await resultWithoutSecrets({ content: [{ type: 'text', text }] }, limits, ['s3cret-token']);
  expect(whole?.endsWith(' you sent [redacted]')).toBe(true);
});
