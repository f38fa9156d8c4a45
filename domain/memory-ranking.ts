import type { MemoryBlock } from '../contract/memory.ts';
import { factKey } from './fact-key.ts';
import type { FoundBy } from './meaning.ts';
import { foundBy } from './memory-matches.ts';

/** An entry of the memory, as far as a turn is concerned. */
export interface TurnMemoryEntry {
  readonly id: string;
  readonly block: MemoryBlock;
  readonly fact: string;
  readonly tokens: number;
  readonly pinned: boolean;
  readonly updatedAt: Date;
  /** The degree to which the fact has words of the conversation. Null: it has none. */
  readonly score: number | null;
  /** The closeness of the fact to the latest message in its meaning, from 0 to 1. Null: not close, or not compared. */
  readonly closeness: number | null;
  /** Facts with the same key are one fact. Null: a version before stored the fact without a key. */
  readonly key: string | null;
}

/**
 * The reason for the place of a fact: a rule of how the agent works, pinned, noted or changed since the session began, a fact
 * about people or projects that concerns the conversation, another match, or one of the facts that changed last.
 */
export type MemoryReason = 'governance' | 'pinned' | 'new' | 'relevant' | 'archive' | 'recent';

export interface RankedEntry {
  readonly entry: TurnMemoryEntry;
  readonly why: MemoryReason;
  /** Empty: the fact is there for another reason than the conversation. */
  readonly foundBy: readonly FoundBy[];
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
 * order in which they were read. Matches come by their strength: their score by words as a share of the best one, and their
 * closeness in meaning likewise, added up.
 * @param entries newest first
 * @param startedAt when the session began. Null: there is none.
 */
export function rankMemory(entries: readonly TurnMemoryEntry[], startedAt: Date | null): RankedEntry[] {
  const once = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
  const bestScore = Math.max(0, ...once.map(({ score }) => score ?? 0)) || 1;
  const bestCloseness = Math.max(0, ...once.map(({ closeness }) => closeness ?? 0)) || 1;
  const sharesOf = ({ score, closeness }: TurnMemoryEntry) =>
    [(score ?? 0) / bestScore, (closeness ?? 0) / bestCloseness] as const;
  let newFacts = 0;
  const reasonOf = (entry: TurnMemoryEntry): MemoryReason => {
    if (entry.block === 'system') return 'governance';
    if (entry.pinned) return 'pinned';
    if (startedAt !== null && entry.updatedAt >= startedAt && newFacts < NEW_FACTS) {
      newFacts += 1;
      return 'new';
    }
    if (entry.score === null && entry.closeness === null) return 'recent';
    const isAbout = entry.block === 'human' || entry.block === 'project';
    return isAbout && Math.max(...sharesOf(entry)) >= RELEVANT_SHARE ? 'relevant' : 'archive';
  };
  const strengthOf = (entry: TurnMemoryEntry) => {
    const [byWords, byMeaning] = sharesOf(entry);
    return byWords + byMeaning;
  };
  /** A pinned rule leads the rules, and a fact about people or projects leads among facts that are only recent. */
  const orderWithin = (why: MemoryReason, a: TurnMemoryEntry, b: TurnMemoryEntry): number => {
    if (why === 'governance') return Number(b.pinned) - Number(a.pinned);
    if (why === 'relevant' || why === 'archive') return strengthOf(b) - strengthOf(a);
    if (why === 'recent') return Number(isGeneral(a)) - Number(isGeneral(b));
    return 0;
  };
  const newest = once.toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime());
  const ranked = newest
    .map((entry) => ({ entry, why: reasonOf(entry) }))
    .toSorted((a, b) => ORDER.indexOf(a.why) - ORDER.indexOf(b.why) || orderWithin(a.why, a.entry, b.entry));

  const keyOf = once.some(({ key }) => key === null)
    ? ({ fact }: TurnMemoryEntry) => factKey(fact)
    : ({ key }: TurnMemoryEntry) => key;
  const idOfFact = new Map<string | null, string>();
  return ranked.map(({ entry, why }) => {
    const key = keyOf(entry);
    const earlier = idOfFact.get(key) ?? null;
    if (earlier === null) idOfFact.set(key, entry.id);
    return { entry, why, foundBy: foundBy(entry.score, entry.closeness), repeats: earlier };
  });
}

const isGeneral = ({ block }: TurnMemoryEntry) => block === 'general';
