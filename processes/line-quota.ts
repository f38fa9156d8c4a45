import type { LogLine, Report } from './log-line.ts';

/** A client that is refused again and again writes so many lines a minute. */
const REFUSALS_A_MINUTE = 30;
/** While Postgres is away, every stage of every session fails every second. */
const OTHERS_A_MINUTE = 1_000;
const WINDOW_MS = 60_000;

interface Kind {
  written: number;
  leftOut: number;
}

export interface LineQuota {
  readonly report: Report;
  /** Writes how many lines were left out since the last time, and begins anew. */
  settle(): void;
}

/**
 * Keeps a flood of lines from filling a disk. Of each kind (event, cause and key) a process writes the first lines of every
 * minute. It counts the rest, and one line says how many there were. Without a key all requests are of one client.
 */
export function createLineQuota(write: Report): LineQuota {
  const kinds = new Map<string, Kind>();
  const settle = () => {
    for (const [name, { leftOut: count }] of kinds) {
      const [of = '', cause = '', keyId = ''] = name.split(' ');
      if (count > 0) write({ event: 'lines_left_out', of, cause, key_id: keyId === '' ? undefined : keyId, count });
    }
    kinds.clear();
  };
  setInterval(settle, WINDOW_MS).unref();
  return {
    settle,
    report(line) {
      const name = kindOf(line);
      const kind = kinds.get(name) ?? { written: 0, leftOut: 0 };
      kinds.set(name, kind);
      if (kind.written >= (line.event === 'request_refused' ? REFUSALS_A_MINUTE : OTHERS_A_MINUTE)) {
        kind.leftOut += 1;
        return;
      }
      kind.written += 1;
      write(line);
    },
  };
}

/** Runs and messages are a kind each as well: a rate limit holds for those who send them. */
function kindOf(line: LogLine): string {
  const cause = 'cause' in line ? line.cause : '';
  const keyId = 'key_id' in line ? (line.key_id ?? '') : '';
  return `${line.event} ${cause} ${keyId}`;
}
