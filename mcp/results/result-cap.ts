import { storableText } from '../../domain/storable-text.ts';
import { utf8Beginning } from '../../domain/utf8-beginning.ts';

/** The most UTF-8 bytes of a result that a model, or a client that calls a tool by itself, is given at once. */
export const RESULT_BYTES = 64 * 1024;
/** The most UTF-8 bytes of a longer result that are kept. */
export const KEPT_RESULT_BYTES = 8 * 1024 * 1024;

export interface CappedText {
  readonly text: string;
  /** UTF-8 bytes of the text before it was cut. */
  readonly bytes: number;
  readonly truncated: boolean;
}

/**
 * A text in a form that Postgres can store and in at most `maxBytes` UTF-8 bytes. A longer text is cut between two
 * characters and ends in a line that says how much is shown. If not even that line fits, it is all there is.
 */
export function capText(text: string, maxBytes: number): CappedText {
  const storable = storableText(text);
  const bytes = Buffer.byteLength(storable);
  if (bytes <= maxBytes) return { text: storable, bytes, truncated: false };
  const shown = utf8Beginning(storable, Math.max(0, maxBytes - cutNote(bytes, bytes).length));
  return { text: shown + cutNote(Buffer.byteLength(shown), bytes), bytes, truncated: true };
}

function cutNote(shownBytes: number, bytes: number): string {
  return `\n[cut: the first ${shownBytes} of ${bytes} bytes are shown]`;
}
