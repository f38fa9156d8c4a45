import type { MemoryBlock } from '../contract/memory.ts';
import { factKey } from './fact-key.ts';

/** An entry of the memory, as far as a turn is concerned. */
export interface TurnMemoryEntry {
  readonly id: string;
  readonly block: MemoryBlock;
  readonly fact: string;
  readonly tokens: number;
  readonly pinned: boolean;
  readonly updatedAt: Date;
  /** The degree to which the fact matches the conversation. Null: the fact has no word of it. */
  readonly score: number | null;
}

/**
 * The reason for the place of a fact: a rule of how the agent works, pinned, noted or changed since the session began, a fact
 * about people or projects that concerns the conversation, another match, or one of the facts that changed last.
 */
export type MemoryReason = 'governance' | 'pinned' | 'new' | 'relevant' | 'archive' | 'recent';

export interface RankedEntry {
  readonly entry: TurnMemoryEntry;
  readonly why: MemoryReason;
  /** The id of an earlier entry with the same fact. Null: there is none. */
  readonly repeats: string | null;
}

const ORDER: readonly MemoryReason[] = ['governance', 'pinned', 'new', 'relevant', 'archive', 'recent'];
/** So many facts of a long session do not wait until the conversation comes back to them. */
const NEW_FACTS = 8;
/** A weaker match than this share of the best one does not come before a strong match in the archive. */
const RELEVANT_SHARE = 0.5;

/**
 * Ranks what was read of the memory, the most important fact first. Of equal reasons, governance and pinned facts come in the
 * order in which they were read, matches by their score.
 * @param entries newest first
 * @param startedAt when the session began. Null: there is none.
 */
export function rankMemory(entries: readonly TurnMemoryEntry[], startedAt: Date | null): RankedEntry[] {
  const once = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
  const best = Math.max(0, ...once.map(({ score }) => score ?? 0));
  let newFacts = 0;
  const reasonOf = (entry: TurnMemoryEntry): MemoryReason => {
    if (entry.block === 'system') return 'governance';
    if (entry.pinned) return 'pinned';
    if (startedAt !== null && entry.updatedAt >= startedAt && newFacts < NEW_FACTS) {
      newFacts += 1;
      return 'new';
    }
    if (entry.score === null) return 'recent';
    const isAbout = entry.block === 'human' || entry.block === 'project';
    return isAbout && entry.score >= best * RELEVANT_SHARE ? 'relevant' : 'archive';
  };
  const newest = once.toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime());
  const ranked = newest
    .map((entry) => ({ entry, why: reasonOf(entry) }))
    .toSorted((a, b) => ORDER.indexOf(a.why) - ORDER.indexOf(b.why) || orderWithin(a.why, a.entry, b.entry));

  const idOfFact = new Map<string, string>();
  return ranked.map(({ entry, why }) => {
    const key = factKey(entry.fact);
    const earlier = idOfFact.get(key) ?? null;
    if (earlier === null) idOfFact.set(key, entry.id);
    return { entry, why, repeats: earlier };
  });
}

/** A pinned rule leads the rules, and a fact about people or projects leads among facts that are only recent. */
function orderWithin(why: MemoryReason, a: TurnMemoryEntry, b: TurnMemoryEntry): number {
  if (why === 'governance') return Number(b.pinned) - Number(a.pinned);
  if (why === 'relevant' || why === 'archive') return (b.score ?? 0) - (a.score ?? 0);
  if (why === 'recent') return Number(isGeneral(a)) - Number(isGeneral(b));
  return 0;
}

const isGeneral = ({ block }: TurnMemoryEntry) => block === 'general';
