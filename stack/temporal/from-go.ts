import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runTool } from './run-tool.ts';
import type { TemporalBinaryOptions } from './source.ts';

/** The newest version that `go install` accepts: later ones have replace directives. Go's checksum database vouches for it. */
const CLI_PACKAGE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** Builds the CLI from source and moves it to `target`. */
export function buildWithGo(target: string, options: TemporalBinaryOptions): Promise<void> {
  return installGoProgram(CLI_PACKAGE, target, options);
}

/**
 * Builds a Go program and moves it to `target`, which is never there half.
 * @param versionedPackage the path of its `main` package with a version, as `go install` takes it
 */
export async function installGoProgram(
  versionedPackage: string,
  target: string,
  { env, log }: Pick<TemporalBinaryOptions, 'env' | 'log'>,
): Promise<void> {
  const program = basename(versionedPackage.slice(0, versionedPackage.lastIndexOf('@')));
  const draft = mkdtempSync(join(dirname(target), 'go-'));
  const startedMs = performance.now();
  log(`building ${program} of Temporal with go install; this takes some minutes`);
  const progress = setInterval(() => {
    log(`still building ${program} (${Math.round((performance.now() - startedMs) / 1_000)} s)`);
  }, 15_000);
  try {
    await runTool(['go', 'install', versionedPackage], { env: { ...env, GOBIN: draft } });
    renameSync(join(draft, program), target);
  } finally {
    clearInterval(progress);
    rmSync(draft, { recursive: true, force: true });
  }
}
