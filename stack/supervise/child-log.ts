import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';

const ROTATE_ABOVE_BYTES = 32 * 1024 * 1024;
const TAIL_BYTES = 8 * 1024;

/** The log file of one life of a child. */
export interface ChildLog {
  readonly fd: number;
  close(): void;
  /** The last 8 KiB this life has written. */
  tail(): string;
}

/** Opens for appending; a file above 32 MiB is first moved to `<path>.1`. */
export function openChildLog(path: string): ChildLog {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > ROTATE_ABOVE_BYTES) renameSync(path, `${path}.1`);
  const fd = openSync(path, 'a', 0o600);
  const from = fstatSync(fd).size;
  return { fd, close: () => closeSync(fd), tail: () => readTail(path, from) };
}

function readTail(path: string, from: number): string {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const start = Math.max(from, size - TAIL_BYTES);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start));
  } finally {
    closeSync(fd);
  }
}
