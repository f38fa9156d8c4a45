import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runTool } from './run-tool.ts';
import type { TemporalBinaryOptions } from './source.ts';

/** The newest version that `go install` accepts: later ones have replace directives. Go's checksum database vouches for it. */
const MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** Builds the CLI from source and moves it to `target`. */
export async function buildWithGo(target: string, { env, log }: TemporalBinaryOptions): Promise<void> {
  const draft = mkdtempSync(join(dirname(target), 'go-'));
  const startedMs = performance.now();
  log('building Temporal with go install; this takes some minutes');
  const progress = setInterval(() => {
    log(`still building Temporal (${Math.round((performance.now() - startedMs) / 1_000)} s)`);
  }, 15_000);
  try {
    await runTool(['go', 'install', MODULE], { env: { ...env, GOBIN: draft } });
    renameSync(join(draft, 'temporal'), target);
  } finally {
    clearInterval(progress);
    rmSync(draft, { recursive: true, force: true });
  }
}
