import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readImage } from '../../../../domain/images/read-image.ts';
import { gif, jpeg, png, webp } from '../../../support/images.ts';

const formats = [
  { mediaType: 'image/png', make: png },
  { mediaType: 'image/jpeg', make: jpeg },
  { mediaType: 'image/gif', make: gif },
  { mediaType: 'image/webp', make: webp },
] as const;

test.each(formats)(
  '[image:checked:whole-and-what-it-says] an image of type $mediaType has the size of its header',
  ({ mediaType, make }) => {
    for (const [width, height] of [
      [1, 1],
      [640, 480],
      [8_000, 3],
    ] as const) {
      expect(readImage(make(width, height))).toEqual({ kind: 'image', facts: { mediaType, width, height } });
    }
  },
);

test.each(['VP8 ', 'VP8L', 'VP8X'] as const)('a WebP image in the form %s has the size of its canvas', (form) => {
  const facts = { mediaType: 'image/webp', width: 300, height: 200 };
  expect(readImage(webp(300, 200, form))).toEqual({ kind: 'image', facts });
});

test('a GIF is as large as its largest frame', () => {
  const small = gif(0, 0);
  expect(readImage(small)).toMatchObject({ facts: { width: 1, height: 1 } });
});

test('whatever follows the end of an image is no part of it', () => {
  for (const { make } of formats) {
    expect(readImage(Buffer.concat([make(2, 2), Buffer.from('<script>')]))).toMatchObject({ kind: 'image' });
  }
});

test.each(formats)(
  '[image:checked:whole-and-what-it-says] a file of type $mediaType that is cut off anywhere is no image',
  ({ make }) => {
    const whole = make(64, 48);
    for (let end = 0; end < whole.length; end++) {
      expect(readImage(whole.subarray(0, end)), `cut at ${end} of ${whole.length}`).toMatchObject({ kind: 'invalid' });
    }
  },
);

test.each([
  { it: 'an SVG', bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>') },
  { it: 'a page', bytes: Buffer.from('<!doctype html><img>') },
  { it: 'a PDF', bytes: Buffer.from('%PDF-1.7 …') },
  { it: 'a BMP', bytes: Buffer.from('BM\0\0\0\0', 'latin1') },
  { it: 'an AVIF', bytes: Buffer.from('\0\0\0 ftypavif\0\0\0\0', 'latin1') },
  { it: 'nothing', bytes: Buffer.alloc(0) },
  { it: 'a PNG of 0 × 5 pixels', bytes: png(0, 5) },
  { it: 'a JPEG of 5 × 0 pixels', bytes: jpeg(5, 0) },
  { it: 'a PNG of 8,001 × 1 pixels', bytes: png(8_001, 1) },
  { it: 'a PNG of 4,294,967,295 pixels a side', bytes: withSize(png(1, 1), 0xffff_ffff) },
  { it: 'a WebP of 16,384 pixels a side', bytes: webp(16_384, 16_384) },
  { it: 'a PNG without pixels', bytes: withoutPixels(png(4, 4)) },
])('[image:checked:whole-and-what-it-says] $it is refused', ({ bytes }) => {
  const read = readImage(bytes);
  expect(read).toMatchObject({ kind: 'invalid', why: expect.stringMatching(/^(is|has) /) });
});

test('no bytes make the reader throw, or run on', () => {
  const damaged = fc
    .tuple(
      fc.constantFrom(...formats),
      fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { maxLength: 20 }),
    )
    .map(([{ make }, changes]) => {
      const bytes = make(9, 7);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 300 }).map(Buffer.from)), (bytes) => {
      expect(['image', 'invalid']).toContain(readImage(bytes).kind);
    }),
  );
});

function withSize(image: Buffer, side: number): Buffer {
  image.writeUInt32BE(side, 16);
  return image;
}

function withoutPixels(image: Buffer): Buffer {
  const at = image.indexOf('IDAT');
  return Buffer.concat([image.subarray(0, at - 4), image.subarray(image.indexOf('IEND') - 4)]);
}
