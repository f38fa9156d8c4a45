import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';

const ROTATE_ABOVE_BYTES = 32 * 1024 * 1024;
const TAIL_BYTES = 8 * 1024;

/** The log file of a child, for one run of it. */
export interface ChildLog {
  readonly fd: number;
  close(): void;
  /** The last 8 KiB that this run has written. */
  tail(): string;
}

/** Opens the file for appending. If it has more than 32 MiB, it is first moved to `<path>.1`. */
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
