/** A key that no other call has. On a page without TLS the runtime makes no UUIDs. */
export function newIdempotencyKey(): string {
  if (crypto.randomUUID !== undefined) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
