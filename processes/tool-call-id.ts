import { createHash } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 9;

/**
 * The id that providers get for a tool call of ours: nine letters and digits, the narrowest form that any provider asks
 * for (Mistral). It is the same on every turn.
 */
export function wireToolCallId(toolCallId: string): string {
  const digest = createHash('sha256').update(toolCallId).digest();
  // 64 bits are spread over 62⁹ values (53.6 bits): no value is more than a thousandth too likely.
  let rest = digest.readBigUInt64BE(0);
  let id = '';
  for (let i = 0; i < LENGTH; i++) {
    id += ALPHABET[Number(rest % 62n)];
    rest /= 62n;
  }
  return id;
}
