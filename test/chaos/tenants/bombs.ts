import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';

/** The size of a bomb when it is decoded. */
const DECODED_BYTES = 64 * 1_048_576;

/** The bodies of bombs by encoding, made from one piece that is repeated. They are small on the wire. */
export function bomb(encoding: string, piece: string): Buffer {
  const whole = Buffer.from(piece.repeat(Math.ceil(DECODED_BYTES / piece.length)));
  switch (encoding) {
    case 'br':
      return brotliCompressSync(whole, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
    case 'deflate':
      return deflateSync(whole);
    case 'gzip, gzip':
      return gzipSync(gzipSync(whole));
    default:
      return gzipSync(whole);
  }
}

/** JSON that is nested so deep that a recursive reader overflows its stack. */
export const DEEP_JSON = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;

/** JSON of a million values. */
export const WIDE_JSON = `[${'0,'.repeat(999_999)}0]`;

/** A number with a million digits. */
export const LONG_NUMBER = '9'.repeat(1_000_000);
