import { SealError, type Sealer } from '../processes/seal.ts';
import { NO_HASH } from './entry-hash.ts';

/** The end of a chain: how many links it has, and the hash of the last one. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: NO_HASH };

/** The row that a sealed head is bound to, beside its tenant. */
export const HEAD_ROW = 'audit_head';

export function sealHead(sealer: Sealer, tenantId: string, { seq, hash }: ChainHead): Buffer {
  return sealer.seal(`${seq}:${hash}`, { tenantId, rowId: HEAD_ROW });
}

/** @throws SealError when it is not a head that a process with one of our keys sealed for this tenant */
export function openHead(sealer: Sealer, tenantId: string, sealed: Uint8Array): ChainHead {
  const text = sealer.open(sealed, { tenantId, rowId: HEAD_ROW });
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined) throw new SealError('it is not the head of a chain');
  return { seq: Number(seq), hash };
}
