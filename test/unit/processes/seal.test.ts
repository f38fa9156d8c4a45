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
