/** A token is renewed so long before it expires: a call that starts with it should end with it. */
const RENEW_BEFORE_MS = 60_000;

/** The times of renewal and expiry of a token. A short-lived one is renewed in the last quarter of its life. Null: never. */
export function tokenTimes(
  nowMs: number,
  lifetimeMs: number | undefined,
): { readonly refreshAt: Date | null; readonly expiresAt: Date | null } {
  if (lifetimeMs === undefined) return { refreshAt: null, expiresAt: null };
  const expiresMs = nowMs + Math.max(0, lifetimeMs);
  const early = Math.min(RENEW_BEFORE_MS, Math.max(0, lifetimeMs) / 4);
  return { refreshAt: new Date(expiresMs - early), expiresAt: new Date(expiresMs) };
}
