import { createHash } from 'node:crypto';

/** Counts the lines of a session's file and takes their hash, for its last line. */
export interface FileSeal {
  /** @param text whole lines with their line breaks @returns the text */
  add(kind: string, text: string, lines: number): string;
  end(): string;
}

export function createFileSeal(): FileSeal {
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  return {
    add(kind, text, lines) {
      hash.update(text);
      counts[kind] = (counts[kind] ?? 0) + lines;
      return text;
    },
    end: () => `${JSON.stringify({ kind: 'end', counts, sha256: hash.digest('hex') })}\n`,
  };
}
