import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** The row that a secret belongs to. */
export interface SealBinding {
  readonly tenantId: string;
  readonly rowId: string;
}

export interface Sealer {
  /** The id of the key under which this sealer seals. */
  readonly keyId: string;
  /** The ids of the older keys that it opens with. */
  readonly oldKeyIds: readonly string[];
  /** The first bytes of every secret that is sealed under the current key, and of no other. */
  readonly prefix: Uint8Array;
  seal(plain: string, binding: SealBinding): Buffer;
  /** @throws SealError if the key, the row or the bytes are not those of the sealing */
  open(sealed: Uint8Array, binding: SealBinding): string;
}

/** Says why a secret could not be sealed or opened. It never holds the key, the text or the library's reason. */
export class SealError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SealError';
  }
}

/** Format 1: version byte, nonce, tag, ciphertext. It does not say under which key it was sealed. It is read, never written. */
const WITHOUT_KEY_ID = 1;
/** Format 2: version byte, key id, nonce, tag, ciphertext. */
const WITH_KEY_ID = 2;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

interface SealingKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/**
 * Seals with AES-256-GCM and a random 96-bit nonce. Tenant and row are authenticated with the text, so a sealed secret that is
 * copied to another row or tenant does not open (I8).
 * @param keyHex 32 bytes as 64 hexadecimal characters: new secrets are sealed under this key
 * @param oldKeysHex keys under which secrets were sealed before: they are only opened with these
 */
export function createSealer(keyHex: string, oldKeysHex: readonly string[] = []): Sealer {
  const current = keyOf(keyHex);
  const all = [current, ...oldKeysHex.map(keyOf).filter(({ id }) => id !== current.id)];
  const ids = all.map(({ id }) => id).join(', ');
  const prefix = Buffer.concat([Buffer.of(WITH_KEY_ID), Buffer.from(current.id, 'hex')]);

  return {
    keyId: current.id,
    oldKeyIds: all.slice(1).map(({ id }) => id),
    prefix,

    seal(plain, binding) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.bytes, nonce);
      cipher.setAAD(boundTo([WITH_KEY_ID, current.id], binding));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([prefix, nonce, cipher.getAuthTag(), text]);
    },

    open(sealed, binding) {
      if (sealed[0] === WITHOUT_KEY_ID) return openWithAny(sealed, binding);
      if (sealed[0] !== WITH_KEY_ID) throw new SealError('it is not a sealed secret');
      const id = Buffer.from(sealed.subarray(1, 1 + KEY_ID_BYTES)).toString('hex');
      const key = all.find((each) => each.id === id);
      if (key === undefined) {
        throw new SealError(`it was sealed under the key ${id}, and this process has only ${ids}`);
      }
      const opened = openedWith(key, sealed.subarray(1 + KEY_ID_BYTES), boundTo([WITH_KEY_ID, id], binding));
      if (opened === undefined) throw new SealError(`it was changed, or does not belong to this row (key ${id})`);
      return opened;
    },
  };

  function openWithAny(sealed: Uint8Array, binding: SealBinding): string {
    const aad = boundTo([WITHOUT_KEY_ID], binding);
    for (const key of all) {
      const opened = openedWith(key, sealed.subarray(1), aad);
      if (opened !== undefined) return opened;
    }
    throw new SealError(`it was sealed before secrets named their key, and none of ${ids} opens it`);
  }
}

/** The beginning of a hash: it tells nothing about a key of 256 random bits. */
function keyOf(hex: string): SealingKey {
  if (!/^[0-9a-fA-F]{64}$/.test(hex)) throw new SealError('the sealing key must be 64 hexadecimal characters');
  const bytes = Buffer.from(hex, 'hex');
  const id = createHash('sha256').update('agent-runs sealing key').update(bytes).digest('hex');
  return { id: id.slice(0, 2 * KEY_ID_BYTES), bytes };
}

/** @param rest nonce, tag and ciphertext. @returns undefined when they do not belong to this key and binding */
function openedWith({ bytes }: SealingKey, rest: Uint8Array, aad: Buffer): string | undefined {
  if (rest.length < NONCE_BYTES + TAG_BYTES) throw new SealError('it is not a sealed secret');
  const decipher = createDecipheriv('aes-256-gcm', bytes, rest.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(rest.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    const text = [decipher.update(rest.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
    return Buffer.concat(text).toString('utf8');
  } catch {
    return undefined;
  }
}

/** JSON, so that ("a", "bc") and ("ab", "c") give different texts. */
function boundTo(format: readonly (number | string)[], { tenantId, rowId }: SealBinding): Buffer {
  return Buffer.from(JSON.stringify([...format, tenantId, rowId]));
}
