/** What the rows say about a turn of one run, or about the part of the turn that belongs to this run. Times are milliseconds since 1970. */
export interface TracedTurn {
  readonly attempts: readonly TracedAttempt[];
  readonly calls: readonly TracedCall[];
  /** When the run was over, if it is. */
  readonly overMs: number;
  /** What people and models wrote. Absent: it was not asked for. */
  readonly content?: TracedTurnContent | undefined;
}

export interface TracedTurnContent {
  readonly messages: readonly string[];
  readonly answer: string | null;
}

export interface TracedAttempt {
  readonly turn: number;
  /** Below 0: the request was for a summary. */
  readonly selection: number;
  readonly attempt: number;
  readonly provider: string;
  readonly model: string;
  readonly failedType: string | null;
  readonly startMs: number;
  readonly endMs: number;
  readonly firstTokenMs: number | null;
  readonly costUsd: number;
  readonly usage: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly cacheReadTokens: number;
  } | null;
  /** True for the attempt that answered the turn. */
  readonly answered: boolean;
}

export interface TracedCall {
  readonly id: string;
  readonly tool: string;
  readonly serverId: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly startMs: number;
  readonly endMs: number;
  readonly asked: readonly { readonly kind: string; readonly askedMs: number; readonly answeredMs: number | null }[];
  /** Absent: it was not asked for. */
  readonly content?: { readonly args: unknown; readonly result: string | null } | undefined;
}
