import type { MemorySearch } from './meaning.ts';
import type { TurnMemoryEntry } from './memory-ranking.ts';

/** Everything that the context of a turn is assembled from. */
export interface ContextInputs {
  readonly agent: AgentRecord;
  /** By name. */
  readonly soul: readonly TurnDocument[];
  /** Domain documents by name. */
  readonly skills: readonly TurnDocument[];
  /** Patterns that the agent learned, the newest first. */
  readonly learned: readonly TurnDocument[];
  readonly references: {
    /** The first ones by name. */
    readonly index: readonly Omit<TurnDocument, 'content'>[];
    /** The number of documents behind those of the index. */
    readonly unlisted: number;
    /** Those that concern the conversation most come first, then others by name. */
    readonly bodies: readonly RankedDocument<'relevant' | 'by_name'>[];
  };
  /** Files that the latest message names, then those that the session touched, then others, the newest first. */
  readonly workspace: readonly RankedDocument<'named' | 'touched' | 'recent'>[];
  readonly memory: {
    /** Newest first. */
    readonly entries: readonly TurnMemoryEntry[];
    readonly unread: number;
    /** The ways in which the facts were searched. */
    readonly search: MemorySearch;
  };
  /** The time when the session began. Null: there is no session. */
  readonly startedAt: Date | null;
  /** A sentence for each thing that this run uses and that is degraded now. Empty when all is well. */
  readonly warnings: readonly string[];
  /** The number of tokens that a model counts for one of ours. */
  readonly tokenRatio: number;
}

export interface AgentRecord {
  readonly agentId: string;
  readonly displayName: string;
  readonly department: string | null;
  readonly role: string;
}

export interface TurnDocument {
  readonly name: string;
  readonly version: number;
  readonly tokens: number;
  /** Null when so much precedes it that it was not read. A long text may be only the beginning, longer than any budget. */
  readonly content: string | null;
  /** True: the session has it in place of a document of its agent. */
  readonly ofSession?: true | undefined;
}

export interface RankedDocument<Why extends string> extends TurnDocument {
  readonly why: Why;
  /** The words of the conversation that it has, as full-text search knows them: without their endings. */
  readonly words: readonly string[];
}
