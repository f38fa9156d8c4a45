import { createHash } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 9;

/**
 * A tool-call id of ours as the wire carries it: nine alphanumeric characters, the narrowest that any provider accepts
 * (Mistral), the same for the same id on every turn.
 */
export function wireToolCallId(toolCallId: string): string {
  const digest = createHash('sha256').update(toolCallId).digest();
  // 64 bits over 62⁹ (53.6 bits) values: the bias of the division is below 1 in 1,000.
  let rest = digest.readBigUInt64BE(0);
  let id = '';
  for (let i = 0; i < LENGTH; i++) {
    id += ALPHABET[Number(rest % 62n)];
    rest /= 62n;
  }
  return id;
}
