import { createHash } from 'node:crypto';

/** A line of a session's file, parsed. */
export type FileLine = { readonly kind: string } & Record<string, unknown>;

/** The file of an exported session. */
export interface SessionFile {
  readonly text: string;
  readonly lines: readonly FileLine[];
  ofKind(kind: string): FileLine[];
}

export function parsedFile(text: string): SessionFile {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): FileLine => JSON.parse(line));
  return { text, lines, ofKind: (kind) => lines.filter((line) => line.kind === kind) };
}

/** The file with this end, which counts the lines and has their hash. */
export function sealed(lines: readonly (FileLine | string)[]): string {
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const text = texts.map((line) => `${line}\n`).join('');
  const counts: Record<string, number> = {};
  for (const line of texts) {
    const kind = kindOf(line);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  const sha256 = createHash('sha256').update(text).digest('hex');
  return `${text}${JSON.stringify({ kind: 'end', counts, sha256 })}\n`;
}

function kindOf(line: string): string {
  try {
    return String(JSON.parse(line).kind);
  } catch {
    return 'none';
  }
}
