import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A clock for the services of a stack, which a test can move to the end of the day. Postgres and Temporal keep the real time. */
export interface MovableClock {
  /** The variables that the services have to be started with. */
  readonly env: Readonly<Record<string, string>>;
  /** Moves the clock ahead, so that the present day (UTC) ends in so many milliseconds. */
  endDayIn(leftMs: number): void;
  remove(): void;
}

const PRELOADED = fileURLToPath(new URL('../fixtures/clock/moved-clock.mjs', import.meta.url));

export function createMovableClock(): MovableClock {
  const dir = mkdtempSync(path.join(tmpdir(), 'agent-runs-clock-'));
  const file = path.join(dir, 'ahead-ms');
  const write = (aheadMs: number) => {
    // Renamed into place, so that no process reads half a number.
    writeFileSync(`${file}.new`, String(aheadMs));
    renameSync(`${file}.new`, file);
  };
  write(0);
  return {
    env: { NODE_OPTIONS: `--import=${PRELOADED}`, AGENT_RUNS_TEST_CLOCK: file },
    endDayIn(leftMs) {
      const nowMs = Date.now();
      write(new Date(nowMs).setUTCHours(24, 0, 0, 0) - nowMs - leftMs);
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
