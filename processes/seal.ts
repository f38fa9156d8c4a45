import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** The row that a secret belongs to. */
export interface SealBinding {
  readonly tenantId: string;
  readonly rowId: string;
}

export interface Sealer {
  seal(plain: string, binding: SealBinding): Buffer;
  /** @throws SealError if the key, the row or the bytes are not those of the sealing */
  open(sealed: Uint8Array, binding: SealBinding): string;
}

/** Says only that sealing or opening failed. It never holds the key, the text or the library's reason. */
export class SealError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SealError';
  }
}

/** Format 1: version byte, nonce, tag, ciphertext. */
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/**
 * Seals with AES-256-GCM and a random 96-bit nonce. Tenant and row are authenticated with the text, so a sealed secret that is
 * copied to another row or tenant does not open (I8).
 * @param keyHex 32 bytes as 64 hexadecimal characters
 */
export function createSealer(keyHex: string): Sealer {
  if (!/^[0-9a-fA-F]{64}$/.test(keyHex)) throw new SealError('the sealing key must be 64 hexadecimal characters');
  const key = Buffer.from(keyHex, 'hex');

  return {
    seal(plain, binding) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(boundTo(binding));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), text]);
    },

    open(sealed, binding) {
      if (sealed.length < HEADER_BYTES || sealed[0] !== VERSION) throw new SealError('not a sealed secret');
      const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(boundTo(binding));
      decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, HEADER_BYTES));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES)), decipher.final()]).toString('utf8');
      } catch {
        throw new SealError('the secret does not open with this key for this row');
      }
    },
  };
}

/** JSON, so that ("a", "bc") and ("ab", "c") give different texts. */
function boundTo({ tenantId, rowId }: SealBinding): Buffer {
  return Buffer.from(JSON.stringify([VERSION, tenantId, rowId]));
}
