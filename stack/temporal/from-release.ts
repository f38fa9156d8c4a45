import { createWriteStream, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pinnedSha256, requireSha256 } from './checksum.ts';
import { watchDownload } from './download-progress.ts';
import { runTool } from './run-tool.ts';
import type { TemporalBinaryOptions } from './source.ts';

const VERSION = '1.9.1';
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Downloads the release of the official CLI and moves its binary to `target`. Nothing of it is run before the binary has its
 * pinned hash.
 */
export async function installFromRelease(target: string, { env, log }: TemporalBinaryOptions): Promise<void> {
  const expected = pinnedSha256();
  const name = `temporal_cli_${VERSION}_${process.platform}_${ARCHITECTURES[process.arch] ?? process.arch}.tar.gz`;
  const draft = mkdtempSync(join(dirname(target), 'release-'));
  const watched = watchDownload(draft, log);
  try {
    const archive = join(draft, name);
    const url = `https://github.com/temporalio/cli/releases/download/v${VERSION}/${name}`;
    await download(url, archive, watched.stalled);
    watched.close();
    await runTool(['tar', '-xzf', archive, '-C', draft, 'temporal'], { env });
    const binary = join(draft, 'temporal');
    await requireSha256(binary, expected);
    renameSync(binary, target);
  } finally {
    watched.close();
    rmSync(draft, { recursive: true, force: true });
  }
}

async function download(url: string, file: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { signal }).catch(() => undefined);
  if (response === undefined)
    throw new Error(signal.aborted ? 'nothing arrived in time' : 'no connection to its server');
  if (!response.ok || response.body === null) throw new Error(`its server answered ${response.status}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(file), { signal }).catch((error: unknown) => {
    throw signal.aborted ? new Error('nothing arrived in time') : error;
  });
}
