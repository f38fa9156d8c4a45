import { copyFileSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeCommand, PROJECT_DIR } from './project.ts';
import { runTool } from './run-tool.ts';
import type { TemporalBinaryOptions } from './temporal-source.ts';

/** Without internet a firewall may swallow the packets: no byte within this time, and the next way is tried. */
const STALLED_MS = 8_000;

/** Lets the SDK download the CLI, in a process of its own that can be ended when nothing arrives, and moves it to `target`. */
export async function downloadWithSdk(target: string, { env, log }: TemporalBinaryOptions): Promise<void> {
  const draft = mkdtempSync(join(dirname(target), 'sdk-'));
  const stalled = new AbortController();
  let bytes = 0;
  let progressMs = performance.now();
  const watch = setInterval(() => {
    const now = bytesIn(draft);
    if (now !== bytes) {
      bytes = now;
      progressMs = performance.now();
      log(`downloading Temporal: ${(bytes / 1e6).toFixed(0)} MB`);
    } else if (performance.now() - progressMs > STALLED_MS) {
      stalled.abort();
    }
  }, 1_000);
  try {
    await runTool([...nodeCommand('stack/temporal-sdk-download-main.ts'), draft], {
      env,
      cwd: PROJECT_DIR,
      signal: stalled.signal,
    });
    const binary = readdirSync(draft)
      .map((name) => join(draft, name))
      .find((path) => statSync(path).mode & 0o100);
    if (binary === undefined) throw new Error('nothing was downloaded');
    copyFileSync(binary, `${target}.new`);
    renameSync(`${target}.new`, target);
  } finally {
    clearInterval(watch);
    rmSync(draft, { recursive: true, force: true });
  }
}

function bytesIn(dir: string): number {
  return readdirSync(dir).reduce(
    (sum, name) => sum + (statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
