/**
 * The longest beginning of a text that takes at most `maxBytes` bytes of UTF-8. It ends between two characters: no
 * surrogate pair is split, so the beginning of a storable text is storable.
 */
export function utf8Beginning(text: string, maxBytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes));
  return text.slice(0, read);
}
