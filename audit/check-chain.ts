import type { AuditVerification, ChainBreak } from '../contract/audit.ts';
import {
  type ChainRow,
  type ChainTotals,
  chainPiece,
  chainTotals,
  entryOutsideChain,
  linkAt,
} from '../db/queries/audit-chain.ts';
import { SealError } from '../processes/seal.ts';
import { entryHash } from './entry-hash.ts';
import { BrokenChain, type LinkDeps, linkEntries } from './link-entries.ts';
import { type ChainHead, EMPTY_CHAIN, openHead } from './sealed-head.ts';

export interface CheckDeps extends LinkDeps {
  readonly nowMs: () => number;
}

export interface CheckOptions {
  /** The head of the chain that an earlier check found. This check goes on from there. */
  readonly anchor?: ChainHead | undefined;
  readonly timeLimitMs: number;
}

const PIECE = 1_000;
/** Entries of transactions that ran at once may be linked out of order, but not by so much. */
const MOST_OUT_OF_ORDER_MS = 3_600_000;

const MESSAGES: Readonly<Record<ChainBreak, string>> = {
  changed: 'This entry, its place or its link is not what was linked.',
  missing: 'The chain has a link for this entry, and the entry is gone.',
  missing_before: 'The link before this entry is gone.',
  missing_after: 'The links after this entry, up to the sealed end of the chain, are gone.',
  not_linked: 'This entry was written or removed past the rule that every entry gets a link.',
  backdated: 'This entry has a time well before that of the entry before it in the chain.',
  head_changed: 'The sealed end of the chain is gone, does not open, or is not the end of these links.',
  anchor_differs: 'The chain does not hold, at this place, what it held when the given head was read.',
};

/**
 * Checks the chain of a tenant: each hash is computed anew from the entry and the hash before it, piece by piece, so the
 * memory stays the same however long the chain is. Entries without a link are linked first.
 */
export async function checkChain(deps: CheckDeps, tenantId: string, options: CheckOptions): Promise<AuditVerification> {
  const untilMs = deps.nowMs() + options.timeLimitMs;
  const { db } = deps;
  try {
    while ((await linkEntries(deps, tenantId)) > 0 && deps.nowMs() < untilMs);
  } catch (error) {
    // The checks below find what is wrong with the chain and report it.
    if (!(error instanceof BrokenChain)) throw error;
  }
  const { anchor } = options;
  const { totals, link } = await db.transaction(tenantId, async (tx) => ({
    totals: await chainTotals(tx),
    link: anchor && (await linkAt(tx, anchor.seq)),
  }));
  const waiting = totals.unlinked;
  let at = EMPTY_CHAIN;
  const answer = (complete: boolean, broken?: { id: string | null; why: ChainBreak }): AuditVerification => ({
    ok: broken === undefined,
    complete: complete || broken !== undefined,
    entries: at.seq,
    head: at.seq === 0 ? null : at.hash,
    waiting,
    first_broken: broken && { ...broken, message: MESSAGES[broken.why] },
  });

  if (anchor !== undefined) {
    if (link?.hash !== anchor.hash) return answer(true, { id: link?.entryId ?? null, why: 'anchor_differs' });
    at = anchor;
  }
  let newestMs = Number.NEGATIVE_INFINITY;
  while (at.seq < totals.lastSeq) {
    const piece = { afterSeq: at.seq, toSeq: totals.lastSeq, limit: PIECE };
    for (const row of await db.transaction(tenantId, (tx) => chainPiece(tx, piece))) {
      const why = breakOf(row);
      if (why !== undefined) return answer(true, { id: row.entryId, why });
      at = { seq: row.seq, hash: row.hash };
    }
    // One piece is checked at least, so whoever asks again and again comes to the end.
    if (at.seq < totals.lastSeq && deps.nowMs() >= untilMs) return answer(false);
  }
  return answer(true, breakAtEnd(deps, tenantId, totals, at.hash) ?? (await outside()));

  /**
   * An entry that was written without the triggers of the tables has no place in the chain. An entry that was removed without
   * them leaves its place empty.
   */
  async function outside() {
    if (totals.entries === totals.links + totals.unlinked) return undefined;
    const entry = await db.transaction(tenantId, entryOutsideChain);
    return { id: entry?.id ?? null, why: entry?.isGone ? 'missing' : 'not_linked' } as const;
  }

  function breakOf({ seq, hash, entry }: ChainRow): ChainBreak | undefined {
    if (seq !== at.seq + 1) return 'missing_before';
    if (entry === null) return 'missing';
    if (entryHash(tenantId, seq, at.hash, entry) !== hash) return 'changed';
    if (entry.createdAt.getTime() < newestMs - MOST_OUT_OF_ORDER_MS) return 'backdated';
    newestMs = Math.max(newestMs, entry.createdAt.getTime());
    return undefined;
  }
}

/** The sealed head says where the chain ends, so that links which are gone at the end, or a chain that was computed anew, are found. */
function breakAtEnd(
  { sealer }: CheckDeps,
  tenantId: string,
  { sealedHead, lastSeq, lastEntryId: id, links }: ChainTotals,
  lastHash: string,
): { id: string | null; why: ChainBreak } | undefined {
  const head = openedHead();
  if (head === undefined || head.seq < lastSeq) return { id, why: 'head_changed' };
  if (head.seq > lastSeq) return { id, why: 'missing_after' };
  if (head.hash !== lastHash) return { id, why: 'head_changed' };
  return links === lastSeq ? undefined : { id: null, why: 'missing_before' };

  function openedHead(): ChainHead | undefined {
    if (sealedHead === null) return lastSeq === 0 ? EMPTY_CHAIN : undefined;
    try {
      return openHead(sealer, tenantId, sealedHead);
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      return undefined;
    }
  }
}
