import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/**
 * Writes a file so that a reader sees either the old content or the new one, never a part. Only those whom `mode` allows can
 * read it. The function is synchronous, so two writes of one process cannot overtake each other.
 * @param durable true if the file must survive a power cut
 */
export function replaceFile(path: string, content: string, mode: number, durable = false): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    rmSync(draft, { force: true });
    const file = openSync(draft, 'wx', mode);
    try {
      writeSync(file, content);
      if (durable) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
