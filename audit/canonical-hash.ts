import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json.ts';

/** SHA-256 (hex) of the canonical JSON (RFC 8785) of a value. */
export function canonicalHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
