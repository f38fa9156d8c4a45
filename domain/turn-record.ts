import type { ContextSource } from '../contract/context.ts';
import type { EndReason, EventData } from '../contract/events.ts';
import type { FrameParts } from './input-bound.ts';

/** What one source gave to a turn's prompt. */
export interface SourceManifest {
  readonly source: ContextSource;
  readonly tokens: number;
  readonly budgetTokens: number;
  readonly included: readonly {
    readonly id: string;
    readonly version: string;
    readonly tokens: number;
    readonly cut?: boolean;
  }[];
  readonly dropped: readonly { readonly id: string; readonly tokens: number; readonly why: string }[];
}

/** What a turn's prompt was made of. The texts themselves are stored as context blocks, under their hashes. */
export interface ContextManifest {
  readonly sources: readonly SourceManifest[];
  /** SOUL, SKILL and the REFERENCE index: the stable prefix. */
  readonly systemHash: string;
  /** MEMORY, WORKSPACE, REFERENCE bodies and HEARTBEAT: the end of the prompt. Absent when all are empty. */
  readonly volatileHash?: string;
  /** The prompt shows a summary of the turns up to this one. Absent: it shows none. */
  readonly summaryThrough?: number | undefined;
  /** Tokens of that summary. Turns of versions before have none. */
  readonly summaryTokens?: number | undefined;
  readonly toolCount: number;
  /** The beginnings of the definition hashes of the tools that were counted. Turns of older versions have none. */
  readonly toolPins?: readonly string[];
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
  /** Why the model stopped before it was done. Absent when it was done. */
  readonly stoppedBy?: EventData<'agent.message'>['stoppedBy'] | undefined;
  /** True when it was cut off because the money that was left paid for no longer answer. */
  readonly cutForBudget?: true | undefined;
  /** True when an interrupt cut the answer short. */
  readonly partial?: boolean;
  /** True when a guardrail kept the answer back: `text` then says so in place of the answer. */
  readonly withheld?: boolean;
}

/** What debit budget decided after a turn. */
export type TurnDecision =
  | { readonly kind: 'continue' }
  | { readonly kind: 'idle'; readonly idleTimeoutMs: number }
  | { readonly kind: 'ended'; readonly reason: EndReason };
