import type { EndReason } from '../contract/events.ts';
import type { Ended } from '../domain/next-step.ts';

/** Names the turn that a stage works on. Temporal's history holds it, so it consists of ids and counts only. */
export interface TurnRef extends SessionOfStage {
  readonly turn: number;
}

export interface SessionOfStage {
  readonly tenantId: string;
  readonly sessionId: string;
  /** Absent: a version before started the session's run, and did not keep this. */
  readonly agentId?: string | undefined;
  /** The request that started the session, for the line that a stage leaves when it throws. */
  readonly requestId?: string | undefined;
  /** The number of the workflow's run, where the session was retried. Absent: it is the first. */
  readonly retries?: number | undefined;
}

export interface SelectionRef extends TurnRef {
  readonly selection: number;
}

/** Names a tool call of the turn. */
export interface CallRef extends TurnRef {
  readonly toolCallId: string;
}

export type { Ended };

export type RefreshResult =
  | { readonly kind: 'refreshed' }
  /** An idle session was woken although there is nothing to do. It goes on waiting; with `idleLeftMs`, for that time from now on. */
  | { readonly kind: 'still_idle'; readonly idleLeftMs?: number | undefined }
  /** External guardrail providers have to be asked about the messages first. Nothing has changed. */
  | { readonly kind: 'ask' }
  | Ended;

export type SelectResult =
  /**
   * `heartbeatMs`: the heartbeat time-out of the call. Absent: the usual one. `about`: what Temporal's interface shows of the call.
   * Absent: a second run of the stage, or a version before.
   */
  | {
      readonly kind: 'selected';
      readonly heartbeatMs?: number | undefined;
      readonly about?: SelectedModel | undefined;
    }
  /** The money that is left may suffice if the input of the request is counted first. */
  | { readonly kind: 'count' }
  /** No arm can be chosen now: money is reserved elsewhere, or every arm is down for a while. */
  | { readonly kind: 'wait'; readonly waitMs: number }
  /** The tenant has as many model calls under way as it may have in this process. The session holds nothing while it waits. */
  | { readonly kind: 'queue'; readonly waitMs: number }
  /**
   * The session is idle for money, or paused. It looks again when it is woken, and after `lookInMs`, when the next day begins.
   * `idleTimeoutMs`: how long it is idle at most, counted from the first of these results, or from the last with `idlesAnew`.
   */
  | {
      readonly kind: 'idle';
      readonly idleTimeoutMs: number;
      readonly lookInMs?: number | undefined;
      readonly idlesAnew?: true | undefined;
    }
  | Ended;

/** The model that is asked next, what its answer may cost at most, and what the run has cost so far, both in US dollars. */
export interface SelectedModel {
  readonly model: string;
  readonly mostUsd: number;
  readonly paidUsd: number;
}

export type CallModelResult =
  | ({ readonly kind: 'answered' } & ToolPlan)
  /** This arm failed. Its attempt is closed, and another selection follows. */
  | { readonly kind: 'failed'; readonly type: string }
  | NoSlot
  | Ended;

/** The tenant has as many calls under way as it may have in this process. The call is asked for again after this time or a wake-up. */
export interface NoSlot {
  readonly kind: 'no_slot';
  readonly waitMs: number;
}

/** The plan for the calls of an answer. */
export interface ToolPlan {
  /** The calls that may run now. */
  readonly toolCalls: readonly PlannedToolCall[];
  /** The heartbeat time-out of these calls. Absent: the usual one. */
  readonly heartbeatMs?: number | undefined;
  /** True when other calls wait for a person. */
  readonly asks?: true | undefined;
}

export interface PlannedToolCall {
  readonly id: string;
  /**
   * `local`: the tool is bundled and touches Postgres only. `parallel`: it only reads, from another server. `serial`:
   * it may change something on another server.
   */
  readonly run: 'local' | 'parallel' | 'serial';
}

/** `ask`: external guardrail providers judge the result, so `callTool` has to make the call. Undefined: a version before. */
export type CallBundledResult = { readonly kind: 'done' } | { readonly kind: 'ask' } | undefined;

/** `asks`: nobody knows whether the call took effect, and a person has to say how to go on. Undefined: a version before. */
export type CallToolResult = { readonly kind: 'done' } | { readonly kind: 'asks' } | NoSlot | undefined;

export type SettleResult =
  /** No call of the turn waits for a person any more, and none is to run: the turn can be closed. */
  | { readonly kind: 'settled' }
  /** These calls may run now. Others may still wait. */
  | ({ readonly kind: 'run' } & Pick<ToolPlan, 'toolCalls' | 'heartbeatMs'>)
  /** The session is idle until somebody answers, or until something expires. */
  | { readonly kind: 'idle'; readonly waitMs: number }
  | Ended;

export type DebitResult =
  /** `summaryDue`: earlier turns are about to leave the prompt, and no summary covers them. */
  | { readonly kind: 'continue'; readonly summaryDue?: boolean | undefined }
  | { readonly kind: 'idle'; readonly idleTimeoutMs: number }
  | Ended;

/** A summary that is not made is missing, and that is all: it is due again after some turns. */
export type SummarizeResult =
  | { readonly kind: 'summarized' }
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'failed'; readonly type: string };

/** `refused`: a message arrived first, and the loop goes on. `not_yet`: the session is paused, or was, and looks after this time. */
export type EndResult =
  | Ended
  | { readonly kind: 'refused' }
  | { readonly kind: 'not_yet'; readonly idleLeftMs: number };

export interface SelectModelRef extends SelectionRef {
  /** How long this turn has waited for an arm or for money so far. */
  readonly waitedMs: number;
  /** How long this selection has waited for a slot so far. */
  readonly queuedMs?: number | undefined;
  /** While the session is idle for money: how long it may still be. When nothing is left, it ends unless it has money. */
  readonly idleLeftMs?: number | undefined;
}

/** Stages that run as local activities: they touch Postgres only, take milliseconds and may run twice. */
export interface LocalActivities {
  refreshContext(ref: TurnRef): Promise<RefreshResult>;
  selectModel(ref: SelectModelRef): Promise<SelectResult>;
  callBundledTool(ref: CallRef): Promise<CallBundledResult>;
  settleToolCalls(ref: TurnRef): Promise<SettleResult>;
  debitBudget(ref: TurnRef): Promise<DebitResult>;
  endSession(
    ref: SessionOfStage & { readonly reason: EndReason; readonly errorCode?: string | undefined },
  ): Promise<EndResult>;
}

/** Stages that dial out. */
export interface RegularActivities {
  callModel(ref: SelectionRef): Promise<CallModelResult>;
  /** Makes the counts that the selection asked for. When one fails, the bound that is known without it is used. */
  countInput(ref: SelectionRef): Promise<void>;
  /** Asks external guardrail providers about the messages that the turn will read, and keeps what they say. */
  askAboutInput(ref: TurnRef): Promise<void>;
  callTool(ref: CallRef): Promise<CallToolResult>;
  /** @param ref.turn the turn after which the summary was found to be due */
  summarize(ref: TurnRef): Promise<SummarizeResult>;
}

export type Activities = LocalActivities & RegularActivities;
