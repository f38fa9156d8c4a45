import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** After this long without a byte a download counts as stalled, because a firewall may swallow packets. */
const STALLED_MS = 8_000;

export interface WatchedDownload {
  /** Aborts when no byte has come for some seconds. */
  readonly stalled: AbortSignal;
  close(): void;
}

/** Logs every second how much has arrived in the folder `dir`. */
export function watchDownload(dir: string, log: (line: string) => void): WatchedDownload {
  const stalled = new AbortController();
  let bytes = 0;
  let progressMs = performance.now();
  const timer = setInterval(() => {
    const now = bytesIn(dir);
    if (now > bytes) {
      bytes = now;
      progressMs = performance.now();
      log(`downloading Temporal: ${(bytes / 1e6).toFixed(0)} MB`);
    } else if (performance.now() - progressMs > STALLED_MS) {
      stalled.abort();
    }
  }, 1_000);
  return { stalled: stalled.signal, close: () => clearInterval(timer) };
}

function bytesIn(dir: string): number {
  try {
    return readdirSync(dir, { recursive: true, encoding: 'utf8' }).reduce(
      (sum, name) => sum + (statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  } catch {
    // A folder went away while it was read.
    return 0;
  }
}
