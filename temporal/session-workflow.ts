import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/**
 * The workflow of a session as Temporal knows it: what starters, workers and the workflow itself have to agree on. Workflow
 * code is bundled with this file, so it may import nothing but @temporalio/common.
 */
export const SESSION_WORKFLOW_TYPE = 'agentSession';

export const SESSION_TASK_QUEUE = 'agent-runs';

/** How long the activity of a model call may take: more than the largest `total_s` that a provider can be given. */
export const LONGEST_MODEL_CALL_MS = 375 * 60 * 1_000;

/** The signal says only "look into the inbox": the row is the message. */
export const WAKE_SIGNAL = 'wake';

/** Operators filter sessions by these in Temporal's own UI; Postgres stays the truth. */
export const searchAttributeKeys = {
  tenantId: defineSearchAttributeKey('AgentRunsTenantId', SearchAttributeType.KEYWORD),
  agentId: defineSearchAttributeKey('AgentRunsAgentId', SearchAttributeType.KEYWORD),
  status: defineSearchAttributeKey('AgentRunsStatus', SearchAttributeType.KEYWORD),
  reason: defineSearchAttributeKey('AgentRunsReason', SearchAttributeType.KEYWORD),
} as const;

export interface SessionToStart {
  readonly tenantId: string;
  readonly sessionId: string;
  readonly agentId: string;
  /** The request that started the session, for log lines. Absent: a version started it that did not keep this. */
  readonly requestId?: string | undefined;
  /** Set for a session that was retried, or begins with turns of another: where this run goes on. */
  readonly goesOn?: GoesOn | undefined;
}

/** The place at which a session goes on that had ended, or that begins with turns of another. */
export interface GoesOn {
  /** How often the session was retried: the number of the run. Stages of an earlier run find the session over. */
  readonly retries: number;
  readonly turn: number;
  /** The selection of that turn that was answered, or is to be made next. */
  readonly selection: number;
  /** Set for a session that waits for a message: when it times out, in milliseconds since 1970. */
  readonly idleUntilMs?: number | undefined;
}

/** The argument of the workflow: ids and counts only, because Temporal's history keeps it. */
export interface AgentSessionInput extends Omit<SessionToStart, 'goesOn'> {
  /** False where the cluster refused to register our search attributes: the session goes on without them. */
  readonly searchAttributes: boolean;
  /** Set by a retry, and kept by continue-as-new: the number of the run. */
  readonly retries?: number | undefined;
  /** Set by continue-as-new, by a retry, and for a session that begins with turns of another: the turn to go on with. */
  readonly turn?: number;
  /** Set by a retry: the selection of that turn to go on with. */
  readonly selection?: number | undefined;
  /** Set where the session waits for a message: when it times out, in milliseconds since 1970. */
  readonly idleUntilMs?: number | undefined;
  /** Set by continue-as-new of a session that is idle for money: the selection that it asks for, and when it times out. */
  readonly idleForMoney?: { readonly selection: number; readonly untilMs: number } | undefined;
  /** Set by continue-as-new of a session that waits for a slot: the selection that it makes then, and since when it waits. */
  readonly queued?: { readonly selection: number; readonly sinceMs: number } | undefined;
  /** Set by continue-as-new of a session whose calls of `turn` wait for a person. */
  readonly callsWait?: boolean | undefined;
}

/** The session loop (workflows/agent-session.ts), for those who start it by its name. */
export type AgentSessionWorkflow = (input: AgentSessionInput) => Promise<void>;
