import { deflateSync, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readDocument } from '../../../../domain/media/read-document.ts';
import { readSound } from '../../../../domain/media/read-sound.ts';
import { chunk, mp3, pdf, riff, wav } from '../../../support/files.ts';
import { png } from '../../../support/images.ts';

const format = wav(10).subarray(12, 36);
const changed = (content: Buffer, at: number, ...bytes: number[]) => {
  const copy = Buffer.from(content);
  copy.set(bytes, at);
  return copy;
};
const id3 = Buffer.from('ID3\x04\0\0\0\0\0\x0aten bytes!', 'latin1');

test.each<[string, Buffer, number]>([
  ['a WAV', wav(1_500), 1_500],
  ['a WAV whose writer did not know its size', changed(wav(1_000), 40, 0xff, 0xff, 0xff, 0xff), 1_000],
  ['a WAV with other chunks', riff([chunk('JUNK', Buffer.alloc(3)), format, chunk('data', Buffer.alloc(800))]), 50],
  [
    'a WAV with two pieces of data',
    riff([format, chunk('data', Buffer.alloc(160)), chunk('data', Buffer.alloc(160))]),
    20,
  ],
  ['a WAV that says that it has one sample a second', changed(wav(10), 24, 1, 0, 0, 0), 80_000],
  ['an MP3', mp3(100), 2_613],
  ['an MP3 with tags', Buffer.concat([id3, mp3(10), Buffer.from('TAG'), Buffer.alloc(125, 65)]), 262],
  ['an MP3 with zeros behind it', Buffer.concat([mp3(10), Buffer.alloc(100)]), 262],
  ['an MP3 whose last frame is cut off', mp3(10).subarray(0, 4_100), 262],
])('[file:money:bound-by-length] the duration of a sound is told by its bytes: %s', (_name, content, durationMs) => {
  expect(readSound(content)).toMatchObject({ kind: 'read', facts: { durationMs } });
});

test.each<[string, Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['an image', png(4, 4)],
  ['a WAV of compressed samples', changed(wav(100), 20, 2)],
  ['a WAV whose samples have no size', changed(wav(100), 32, 0, 0)],
  ['a WAV without a format', riff([chunk('data', Buffer.alloc(100))])],
  ['a WAV that is cut off', wav(100).subarray(0, 1_000)],
  ['a WAV without a sound', riff([format])],
  ['an MP3 with other bytes between', Buffer.concat([mp3(5), Buffer.from('what?'), mp3(5)])],
  ['bytes that look like a frame', Buffer.concat([mp3(1), png(9, 9)])],
  ['an MP3 of a free rate', changed(mp3(5), 2, 0x00)],
  ['an Ogg', Buffer.from('OggS\0\x02')],
])('[file:money:bound-by-length] a sound whose duration is not certain is not measured: %s', (_name, content) => {
  expect(readSound(content)).toEqual({ kind: 'unknown' });
});

const inflate = (packed: Buffer, maxOutputLength: number) => inflateSync(packed, { maxOutputLength });
const pages = (text: string) => Buffer.from(`%PDF-1.7\n${text}`, 'latin1');
const page = (number: number) => `${number} 0 obj << /Type /Page >> endobj\n`;
const tree = (number: number, kids: string) => `${number} 0 obj << /Type /Pages /Kids [${kids}] >> endobj\n`;

test.each<[string, Buffer, number]>([
  ['one page', pdf(1), 1],
  ['many pages', pdf(90), 90],
  ['packed objects', pdf(12, { packs: true }), 12],
  ['a tree of pages', pages(tree(1, '2 0 R 3 0 R') + tree(2, '4 0 R 5 0 R') + page(3) + page(4) + page(5)), 3],
  ['a page added at the end', pages(tree(1, '2 0 R') + page(2) + tree(1, '2 0 R 3 0 R') + page(3)), 2],
  [
    'a part of the tree that stands in several places',
    pages(tree(1, '2 0 R 3 0 R') + tree(2, '4 0 R') + tree(3, '2 0 R 4 0 R') + page(4)),
    3,
  ],
  ['a smaller number given than there are', Buffer.from(pdf(7).toString('latin1').replace('/Count 7', '/Count 1')), 7],
  ['names in hexadecimal', Buffer.from(pdf(3).toString('latin1').replaceAll('/Kids', '/K#69ds')), 3],
  ['a page that does not say so', pages(`${tree(1, '2 0 R 3 0 R')}2 0 obj << >> endobj 3 0 obj << >> endobj`), 2],
  ['an object in a comment', pages(`%7 0 obj\n${tree(1, '2 0 R 3 0 R')}${page(2)}${page(3)}`), 2],
])('[file:money:bound-by-length] the pages of a document are counted: %s', (_name, content, count) => {
  expect(readDocument(content, inflate)).toEqual({
    kind: 'read',
    facts: { mediaType: 'application/pdf', pages: count },
  });
});

const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024));
/** Each level has the level below twice. */
const doubled = Array.from(
  { length: 40 },
  (_, n) => tree(n + 1, `${n + 2} 0 R ${n + 50} 0 R`) + tree(n + 50, `${n + 2} 0 R`),
);

test.each<[string, Buffer]>([
  ['no PDF', png(3, 3)],
  ['no page', pages('1 0 obj << /Type /Catalog >> endobj')],
  ['encrypted', pages(`${tree(1, '2 0 R')}${page(2)}trailer << /Encrypt 9 0 R >>`)],
  ['the same page twice', pages(tree(1, '2 0 R 2 0 R') + page(2))],
  ['a circle', pages(tree(1, '2 0 R') + tree(2, '1 0 R'))],
  ['as many pages as 2 to the 40th', pages(doubled.join(''))],
  ['pages in a list elsewhere', pages(`1 0 obj << /Type /Pages /Kids 9 0 R >> endobj ${page(2)}`)],
  ['a list that does not end', pages(`1 0 obj << /Type /Pages /Kids [2 0 R %\n7 0 obj\n 3 0 R ] >> endobj${page(2)}`)],
  [
    'objects packed in another way',
    pages(`1 0 obj << /Type /ObjStm /First 4 /Filter /LZWDecode >> stream\nx\nendstream ${page(2)}`),
  ],
  [
    'packed objects that are a bomb',
    Buffer.concat([
      pages('1 0 obj << /Type /ObjStm /First 4 /Filter /FlateDecode >> stream\n'),
      bomb,
      Buffer.from('\nendstream'),
    ]),
  ],
])('[file:money:bound-by-length] a document whose pages are not certain is not counted: %s', (_name, content) => {
  expect(readDocument(content, inflate)).toEqual({ kind: 'unknown' });
});
