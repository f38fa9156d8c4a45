/** True for a text without characters that end a text early, or that nobody sees. */
export function withoutControls(text: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}
