import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'brk_';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_CHARACTERS = 43;
const CHECKSUM_CHARACTERS = 6;
const KEY_FORM = new RegExp(`^${PREFIX}[0-9A-Za-z]{${SECRET_CHARACTERS + CHECKSUM_CHARACTERS}}$`);

export interface NewApiKey {
  /** The key itself. It is shown once and never stored. */
  readonly key: string;
  readonly sha256: Buffer;
  /** The first characters, by which a person recognises the key. */
  readonly shownPrefix: string;
}

/** Makes a key: `brk_`, then 256 random bits in 43 base62 characters, then the CRC32 of both in 6. */
export function createApiKey(): NewApiKey {
  const secret = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), SECRET_CHARACTERS);
  const body = `${PREFIX}${secret}`;
  const key = `${body}${checksumOf(body)}`;
  return { key, sha256: sha256OfKey(key), shownPrefix: key.slice(0, 12) };
}

/** True when form and checksum are right. So a mistyped key is refused without asking the database. */
export function isWellFormedKey(key: string): boolean {
  if (!KEY_FORM.test(key)) return false;
  return checksumOf(key.slice(0, -CHECKSUM_CHARACTERS)) === key.slice(-CHECKSUM_CHARACTERS);
}

/** The hash that is stored of a key. A key has 256 random bits, so it needs no slow hash. */
export function sha256OfKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function checksumOf(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_CHARACTERS);
}

function base62(value: bigint, characters: number): string {
  let text = '';
  for (let rest = value; text.length < characters; rest /= 62n) text = BASE62.charAt(Number(rest % 62n)) + text;
  return text;
}
