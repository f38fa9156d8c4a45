import { copyFileSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeCommand, PROJECT_DIR } from '../project.ts';
import { pinnedSha256, requireSha256 } from './checksum.ts';
import { watchDownload } from './download-progress.ts';
import { runTool } from './run-tool.ts';
import type { TemporalBinaryOptions } from './source.ts';

/**
 * Lets the SDK download the CLI, checks the binary against its pinned hash, and moves it to `target`. The download runs in a
 * process of its own, which is ended if nothing arrives. The SDK runs the binary once before we can check it, so the check
 * protects later starts only.
 */
export async function downloadWithSdk(target: string, { env, log }: TemporalBinaryOptions): Promise<void> {
  const expected = pinnedSha256();
  const draft = mkdtempSync(join(dirname(target), 'sdk-'));
  const watched = watchDownload(draft, log);
  try {
    await runTool([...nodeCommand('stack/temporal/sdk-download-main.ts'), draft], {
      env,
      cwd: PROJECT_DIR,
      signal: watched.stalled,
    });
    const binary = readdirSync(draft)
      .map((name) => join(draft, name))
      .find((path) => statSync(path).mode & 0o100);
    if (binary === undefined) throw new Error('nothing was downloaded');
    await requireSha256(binary, expected);
    copyFileSync(binary, `${target}.new`);
    renameSync(`${target}.new`, target);
  } finally {
    watched.close();
    rmSync(draft, { recursive: true, force: true });
  }
}
