import { createCipheriv, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSealer, SealError } from '../../../processes/seal.ts';

const key = 'a1'.repeat(32);
const sealer = createSealer(key);
const row = { tenantId: 'ten_1', rowId: 'prov_1' };

test('[tenant:secret:sealed-for-tenant-and-row] a sealed secret opens with its key for its row', () => {
  const sealed = sealer.seal('sk-ünïcode', row);
  expect(sealed.includes('sk-')).toBe(false);
  expect(sealer.open(sealed, row)).toBe('sk-ünïcode');
  expect(createSealer(key.toUpperCase()).open(sealed, row)).toBe('sk-ünïcode');
});

test('[tenant:secret:sealed-for-tenant-and-row] the same secret is sealed differently each time', () => {
  expect(sealer.seal('x', row).equals(sealer.seal('x', row))).toBe(false);
});

test('[tenant:secret:sealed-for-tenant-and-row] a sealed secret opens for no other tenant, row or key (I8)', () => {
  const sealed = sealer.seal('secret', { tenantId: 'a', rowId: 'bc' });
  expect(() => sealer.open(sealed, { tenantId: 'b', rowId: 'bc' })).toThrow(SealError);
  expect(() => sealer.open(sealed, { tenantId: 'a', rowId: 'x' })).toThrow(SealError);
  expect(() => sealer.open(sealed, { tenantId: 'ab', rowId: 'c' })).toThrow(SealError);
  expect(() => createSealer('00'.repeat(32)).open(sealed, { tenantId: 'a', rowId: 'bc' })).toThrow(SealError);
});

test('[tenant:secret:sealed-for-tenant-and-row] bytes that were changed, cut or never sealed do not open', () => {
  const sealed = sealer.seal('secret', row);
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i] = (changed[i] ?? 0) ^ 1;
    expect(() => sealer.open(changed, row)).toThrow(SealError);
  }
  expect(() => sealer.open(sealed.subarray(0, 20), row)).toThrow(SealError);
  expect(() => sealer.open(Buffer.alloc(0), row)).toThrow(SealError);
});

test('[tenant:secret:sealed-for-tenant-and-row] a key that is not 32 bytes of hex is refused, and the message does not show it', () => {
  for (const bad of ['', 'zz'.repeat(32), 'a1'.repeat(16)]) {
    expect(() => createSealer(bad)).toThrow(/^the sealing key must be 64 hexadecimal characters$/);
  }
});

/** A secret as versions sealed it that did not name the key. */
function sealedWithoutKeyId(plain: string, keyHex: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(keyHex, 'hex'), nonce);
  cipher.setAAD(Buffer.from(JSON.stringify([1, row.tenantId, row.rowId])));
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(1), nonce, cipher.getAuthTag(), text]);
}

const newKey = 'b2'.repeat(32);
const rotated = createSealer(newKey, [key]);

test('[tenant:secret:key-can-be-changed] what was sealed under an older key is opened, and new secrets are sealed under the new key', () => {
  expect(rotated.open(sealer.seal('old', row), row)).toBe('old');
  const fresh = rotated.seal('new', row);
  expect(createSealer(newKey).open(fresh, row)).toBe('new');
  expect(fresh.subarray(0, rotated.prefix.length)).toEqual(rotated.prefix);
  expect(sealer.seal('old', row).subarray(0, 5)).not.toEqual(rotated.prefix);
  expect([rotated.keyId, rotated.oldKeyIds]).toEqual([createSealer(newKey).keyId, [sealer.keyId]]);
});

test('[tenant:secret:key-can-be-changed] a secret of a version that did not name its key opens with each key that is given', () => {
  const sealed = sealedWithoutKeyId('oldest', key);
  expect(sealer.open(sealed, row)).toBe('oldest');
  expect(rotated.open(sealed, row)).toBe('oldest');
  expect(() => createSealer(newKey).open(sealed, row)).toThrow(
    /before secrets named their key, and none of [0-9a-f]{8} /,
  );
});

test('[tenant:secret:key-can-be-changed] a secret of a key that is missing says which one it is, and nothing of the keys', () => {
  const sealed = sealer.seal('secret', row);
  const message = `it was sealed under the key ${sealer.keyId}, and this process has only ${rotated.keyId}`;
  expect(() => createSealer(newKey).open(sealed, row)).toThrow(message);
  expect(key).not.toContain(sealer.keyId);
});

test('[tenant:secret:sealed-for-tenant-and-row] a secret of a known key says when it belongs to another row', () => {
  const sealed = sealer.seal('secret', row);
  expect(() => sealer.open(sealed, { ...row, rowId: `${row.rowId}/headers` })).toThrow(/does not belong to this row/);
});
