import { deflateSync } from 'node:zlib';

/** Silence as PCM of 8,000 samples a second. @param shade another one makes another file */
export function wav(durationMs: number, shade = 0): Buffer {
  const data = Buffer.alloc(Math.round(durationMs * 16), shade);
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(1, 2);
  format.writeUInt32LE(8_000, 4);
  format.writeUInt32LE(16_000, 8);
  format.writeUInt16LE(2, 12);
  format.writeUInt16LE(16, 14);
  return riff([chunk('fmt ', format), chunk('data', data)]);
}

export function riff(chunks: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from('WAVE', 'latin1'), ...chunks]);
  return chunk('RIFF', body);
}

export function chunk(name: string, data: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  return Buffer.concat([Buffer.from(name, 'latin1'), size, data, Buffer.alloc(data.length % 2)]);
}

/** Frames of MPEG 1, layer III, 128 kbit/s at 44,100 Hz: 417 bytes and 26.12 ms each. */
export function mp3(frames: number): Buffer {
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, 0x00]);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

/** A document of empty pages. @param packs the objects are packed into a stream */
export function pdf(pages: number, { packs = false } = {}): Buffer {
  const numbers = Array.from({ length: pages }, (_, page) => page + 3);
  const objects = [
    { number: 1, body: '<< /Type /Catalog /Pages 2 0 R >>' },
    { number: 2, body: `<< /Type /Pages /Count ${pages} /Kids [${numbers.map((each) => `${each} 0 R`).join(' ')}] >>` },
    ...numbers.map((number) => ({ number, body: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>' })),
  ];
  const written = packs
    ? objectStream(objects)
    : objects.map(({ number, body }) => Buffer.from(`${number} 0 obj\n${body}\nendobj\n`));
  return Buffer.concat([
    Buffer.from('%PDF-1.7\n'),
    ...written,
    Buffer.from('trailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n'),
  ]);
}

function objectStream(objects: readonly { readonly number: number; readonly body: string }[]): Buffer[] {
  let offset = 0;
  const heads: string[] = [];
  for (const { number, body } of objects) {
    heads.push(`${number} ${offset}`);
    offset += body.length + 1;
  }
  const head = `${heads.join(' ')} `;
  const packed = deflateSync(Buffer.from(head + objects.map(({ body }) => body).join(' ')));
  const dictionary = `<< /Type /ObjStm /N ${objects.length} /First ${head.length} /Filter /FlateDecode /Length ${packed.length} >>`;
  return [Buffer.from(`900 0 obj\n${dictionary}\nstream\n`), packed, Buffer.from('\nendstream\nendobj\n')];
}
