import { storableText } from '../domain/storable-text.ts';

export interface CappedText {
  readonly text: string;
  /** UTF-8 bytes before the cut. */
  readonly bytes: number;
  readonly truncated: boolean;
}

/**
 * A text that Postgres can store, in at most `maxBytes` UTF-8 bytes. A longer one is cut at a character boundary and
 * ends in a line that says how much is shown; only a `maxBytes` shorter than that line is exceeded, by that line.
 */
export function capText(text: string, maxBytes: number): CappedText {
  const encoded = Buffer.from(storableText(text), 'utf8');
  const bytes = encoded.length;
  if (bytes <= maxBytes) return { text: encoded.toString('utf8'), bytes, truncated: false };
  const noteBytes = cutNote(bytes, bytes).length;
  const shown = characterBoundary(encoded, Math.max(0, maxBytes - noteBytes));
  return { text: encoded.toString('utf8', 0, shown) + cutNote(shown, bytes), bytes, truncated: true };
}

/** The last place at or before `at` where a character of UTF-8 begins. */
export function characterBoundary(encoded: Uint8Array, at: number): number {
  let boundary = Math.min(at, encoded.length);
  while (boundary > 0 && ((encoded[boundary] ?? 0) & 0xc0) === 0x80) boundary--;
  return boundary;
}

function cutNote(shownBytes: number, bytes: number): string {
  return `\n[cut: the first ${shownBytes} of ${bytes} bytes are shown]`;
}
