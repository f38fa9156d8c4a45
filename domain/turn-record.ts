import type { ContextSource } from '../contract/context.ts';
import type { EndReason, EventData } from '../contract/events.ts';
import type { FrameParts } from './input-bound.ts';
import type { FoundBy, MemorySearch } from './meaning.ts';

/** The share of one source in a turn's prompt. Turns of earlier versions lack the fields that may be missing. */
export interface SourceManifest {
  readonly source: ContextSource;
  /** REFERENCE has two parts, each with a budget of its own. */
  readonly part?: 'index' | 'bodies' | undefined;
  /** The text of the prompt in which the places of the parts are. */
  readonly block?: 'system' | 'volatile' | undefined;
  /** The tokens are counted by our own tokenizer, as all tokens of a manifest. */
  readonly tokens: number;
  /** The budget is counted in tokens of the model. */
  readonly budgetTokens: number;
  readonly included: readonly {
    readonly id: string;
    readonly version: string;
    readonly tokens: number;
    readonly cut?: boolean | undefined;
    /** The tokens of the whole text. Set if the text is cut. */
    readonly wholeTokens?: number | undefined;
    readonly why?: string | undefined;
    /** The ways in which a fact was found that concerns the conversation. */
    readonly foundBy?: readonly FoundBy[] | undefined;
    /** The place in the block where the part begins, in UTF-16 code units. */
    readonly start?: number | undefined;
    readonly length?: number | undefined;
  }[];
  readonly dropped: readonly {
    readonly id: string;
    readonly version?: string | undefined;
    readonly tokens: number;
    readonly why: string;
  }[];
  /** The number of other parts, which had no room and are not named. At most 1,000 of the memory are counted. */
  readonly unread?: number | undefined;
  /** The ways in which the facts were searched. Only MEMORY has it. */
  readonly search?: MemorySearch | undefined;
}

/** The parts that a turn's prompt was made of. The texts themselves are stored as context blocks, under their hashes. */
export interface ContextManifest {
  readonly sources: readonly SourceManifest[];
  /** SOUL, SKILL and the REFERENCE index: the stable prefix. */
  readonly systemHash: string;
  /** MEMORY, WORKSPACE, REFERENCE bodies and HEARTBEAT: the end of the prompt. Absent when all are empty. */
  readonly volatileHash?: string;
  /** The turn that brought the latest message of the user. The conversation is about it until the next one comes. */
  readonly messageTurn?: number | undefined;
  /** The ids of the messages that the turn reads, as their senders know them. Absent: it reads none. */
  readonly messageIds?: readonly string[] | undefined;
  /** The tokens that a model which may serve the turn counts for one of ours. The budgets of the sources are in its tokens. */
  readonly tokenRatio?: number | undefined;
  /** The prompt shows a summary of the turns up to this one. Absent: it shows none. */
  readonly summaryThrough?: number | undefined;
  /** Tokens of that summary. Turns of versions before have none. */
  readonly summaryTokens?: number | undefined;
  readonly toolCount: number;
  /** The beginnings of the definition hashes of the tools that were counted. Turns of older versions have none. */
  readonly toolPins?: readonly string[] | undefined;
  /** Tokens of the prompt beside the transcript, by our own tokenizer: system, tools and volatile sources. */
  readonly frameTokens: number;
  /** Upper bound of the serialized request beside the transcript in UTF-8 bytes, whatever the protocol. */
  readonly frameBytes: number;
  /** Turns of versions before have none. */
  readonly parts?: FrameParts | undefined;
}

/** A model's answer as the transcript keeps it. */
export interface StoredAnswer {
  readonly text: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly args: Record<string, unknown> }[];
  readonly reasoning?: { readonly provider: string; readonly model: string; readonly content: unknown } | undefined;
  /** The reason why the model stopped before it was done. Absent when it was done. */
  readonly stoppedBy?: EventData<'agent.message'>['stoppedBy'] | undefined;
  /** True when it was cut off because the money that was left paid for no longer answer. */
  readonly cutForBudget?: true | undefined;
  /** True when an interrupt cut the answer short. */
  readonly partial?: boolean;
  /** True when a guardrail kept the answer back: `text` then says so in place of the answer. */
  readonly withheld?: true | undefined;
  /** Why, in a sentence without anything of the answer. The model reads it before its next answer. */
  readonly withheldBecause?: string | undefined;
}

/** The text that stands in place of an answer which a guardrail keeps back. */
export const WITHHELD_ANSWER = '[This answer was withheld by a guardrail.]';

/** The decision of debit budget after a turn. */
export type TurnDecision =
  | { readonly kind: 'continue' }
  | { readonly kind: 'idle'; readonly idleTimeoutMs: number }
  | { readonly kind: 'ended'; readonly reason: EndReason };
