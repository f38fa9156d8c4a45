import type { ContextSource } from './context-budget.ts';
import type { EndReason } from './next-step.ts';

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

/** What a turn read. Its texts are context blocks, addressed by hash. */
export interface ContextManifest {
  readonly sources: readonly SourceManifest[];
  /** SOUL, SKILL and the REFERENCE index: the stable prefix. */
  readonly systemHash: string;
  /** MEMORY, WORKSPACE, REFERENCE bodies and HEARTBEAT: the end of the prompt. Absent when all are empty. */
  readonly volatileHash?: string;
  /** Turns in the prompt: the first turn always, then those from `firstTurn` on. */
  readonly transcript: { readonly firstTurn: number; readonly tokens: number; readonly droppedTurns: number };
  readonly toolCount: number;
  /** Of the tools that were counted, the beginnings of their definitions' hashes. Absent in turns of versions before. */
  readonly toolPins?: readonly string[];
  /** Tokens of the whole prompt, tools included, by our own tokenizer: for expected cost, never for a reservation. */
  readonly promptTokens: number;
  /** Bound on the UTF-8 bytes of the serialized request, in every protocol. */
  readonly promptBytes: number;
}

/** An answer as the transcript keeps it. */
export interface StoredAnswer {
  readonly text: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly args: Record<string, unknown> }[];
  readonly reasoning?: { readonly provider: string; readonly model: string; readonly content: unknown };
  /** Why the model stopped before it was done; absent when it was. */
  readonly stoppedBy?: 'length' | 'content-filter';
  /** Cut short by an interrupt. */
  readonly partial?: boolean;
  /** A guardrail kept the answer back; `text` says so in its place. */
  readonly withheld?: boolean;
}

/** What debit budget decided after a turn. */
export type TurnDecision =
  | { readonly kind: 'continue' }
  | { readonly kind: 'idle'; readonly idleTimeoutMs: number }
  | { readonly kind: 'ended'; readonly reason: EndReason };
