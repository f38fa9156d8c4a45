import { createHash } from 'node:crypto';
import type { Guarding } from '../domain/guardrails/guard-text.ts';

/** The key of a verdict: the same provider, asked about the same text at the same hook, is asked once. */
export function askedKey(...[rule, text, { hook }]: Parameters<NonNullable<Guarding['ask']>>): string {
  return createHash('sha256')
    .update(JSON.stringify([rule.provider, hook, text]))
    .digest('hex');
}
