import { createHash, randomBytes } from 'node:crypto';
import type { IdPrefix } from '../contract/ids.ts';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;

/**
 * An id whose text sorts by the millisecond in which it was made: prefix, 50 bits of time, 80 random bits (Crockford base32).
 */
export function newId(prefix: IdPrefix, nowMs: number = Date.now()): string {
  let time = '';
  let rest = nowMs;
  for (let i = 0; i < TIME_CHARACTERS; i++) {
    time = ALPHABET.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  let random = '';
  for (const byte of randomBytes(RANDOM_CHARACTERS)) random += ALPHABET.charAt(byte & 31);
  return `${prefix}_${time}${random}`;
}

/** The id of an image, made from its content: `img_` and 130 bits of its SHA-256. The same image has the same id. */
export function imageIdOf(content: Buffer): string {
  return `img_${contentId(content)}`;
}

/** The id of a file of a tool's result, made from its content like that of an image. */
export function fileIdOf(content: Buffer): string {
  return `file_${contentId(content)}`;
}

function contentId(content: Buffer): string {
  const hash = createHash('sha256').update(content).digest();
  let id = '';
  for (let bit = 0; id.length < TIME_CHARACTERS + RANDOM_CHARACTERS; bit += 5) {
    const pair = hash.readUInt16BE(Math.floor(bit / 8));
    id += ALPHABET.charAt((pair >> (11 - (bit % 8))) & 31);
  }
  return id;
}
