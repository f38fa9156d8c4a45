/**
 * The longest beginning of a text that takes at most `maxBytes` bytes of UTF-8. It ends between two characters: no
 * surrogate pair is split, so the beginning of a storable text is storable. It is a copy: V8 makes a slice that refers to
 * the whole text, so the first 64 KiB of a result would keep all of its 8 MiB in memory.
 */
export function utf8Beginning(text: string, maxBytes: number): string {
  const bytes = Buffer.allocUnsafe(Math.min(maxBytes, 3 * text.length));
  const { read, written } = new TextEncoder().encodeInto(text, bytes);
  if (read === text.length) return text;
  const beginning = text.slice(0, read);
  // A text with half a character in it is not encoded as it stands.
  return beginning.isWellFormed()
    ? bytes.toString('utf8', 0, written)
    : Buffer.from(beginning, 'utf16le').toString('utf16le');
}
