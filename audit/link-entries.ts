import type { Database } from '../db/database.ts';
import { type ChainEnd, extendChain, lockChain, readChainEnd, someUnlinked } from '../db/queries/audit-chain.ts';
import type { Sealer } from '../processes/seal.ts';
import { entryHash } from './entry-hash.ts';
import { type ChainHead, EMPTY_CHAIN, openHead, sealHead } from './sealed-head.ts';

export interface LinkDeps {
  readonly db: Database;
  readonly sealer: Sealer;
}

/** The end of a chain is not what its head says. Nothing is linked behind it, so that no forged end gets a seal of ours. */
export class BrokenChain extends Error {
  constructor(why: string) {
    super(`The end of the audit does not fit its head: ${why}`);
    this.name = 'BrokenChain';
  }
}

const BATCH = 500;

/**
 * Links entries of a tenant that have no link yet, in one transaction. Whoever links waits for others who link for the same
 * tenant, and nobody else waits. If the process dies before the COMMIT, the next one links the same entries.
 * @returns how many were linked; more may be left when it is not 0
 * @throws BrokenChain
 */
export async function linkEntries({ db, sealer }: LinkDeps, tenantId: string): Promise<number> {
  return db.transaction(tenantId, async (tx) => {
    lockChain(tx);
    const [end, entries] = await Promise.all([readChainEnd(tx), someUnlinked(tx, BATCH)]);
    const queuedAt = entries.at(-1)?.queuedAt;
    if (queuedAt === undefined) return 0;
    let head = headOf(end, sealer, tenantId);
    const links = entries.map((entry) => {
      const seq = head.seq + 1;
      head = { seq, hash: entryHash(tenantId, seq, head.hash, entry) };
      return { seq, entryId: entry.id, hash: head.hash };
    });
    extendChain(tx, links, queuedAt, sealHead(sealer, tenantId, head));
    return links.length;
  });
}

function headOf({ sealedHead, lastSeq, lastHash }: ChainEnd, sealer: Sealer, tenantId: string): ChainHead {
  const head = sealedHead === null ? EMPTY_CHAIN : openedHead(sealedHead, sealer, tenantId);
  if (head.seq !== lastSeq || (lastHash !== null && head.hash !== lastHash)) {
    throw new BrokenChain('it is not the head of the last link');
  }
  return head;
}

function openedHead(sealed: Uint8Array, sealer: Sealer, tenantId: string): ChainHead {
  try {
    return openHead(sealer, tenantId, sealed);
  } catch (error) {
    // The message of a SealError holds no secret.
    throw new BrokenChain(error instanceof Error ? error.message : 'it cannot be opened');
  }
}
