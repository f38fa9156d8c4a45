import type { TurnStage } from '../contract/turn-times.ts';

/** When a stage began and ended, in milliseconds since 1970. */
export interface StageTime {
  readonly stage: TurnStage;
  readonly selection?: number | undefined;
  readonly startedMs: number;
  /** Null: it has not ended, or nobody knows when. */
  readonly endedMs: number | null;
  readonly waitedMs?: number | undefined;
  readonly queuedMs?: number | undefined;
}

/** The times that the rows of a turn have, in milliseconds since 1970. */
export interface KnownTimes {
  readonly startedMs: number;
  readonly refreshedMs: number | null;
  readonly closedMs: number | null;
  readonly debitedMs: number | null;
  readonly selections: readonly {
    readonly selection: number;
    readonly startedMs: number;
    readonly selectedMs: number | null;
    readonly waitedMs: number | null;
    readonly queuedMs: number | null;
  }[];
  readonly attempts: readonly {
    readonly selection: number;
    readonly dispatchedMs: number | null;
    readonly closedMs: number | null;
  }[];
  readonly toolCalls: readonly CallTimes[];
}

export interface CallTimes {
  readonly firstDispatchedMs: number | null;
  readonly finishedMs: number | null;
  readonly askedMs: readonly number[];
}

/** The stages of a turn, in the order in which they began. */
export function stagesOf(times: KnownTimes): StageTime[] {
  const { startedMs, refreshedMs, closedMs, debitedMs, selections, attempts, toolCalls } = times;
  const stages: StageTime[] = [{ stage: 'refresh_context', startedMs, endedMs: refreshedMs }];
  for (const { selection, startedMs: from, selectedMs, waitedMs, queuedMs } of selections) {
    const waits = { waitedMs: waitedMs ?? undefined, queuedMs: queuedMs ?? undefined };
    stages.push({ stage: 'select_model', selection, startedMs: from, endedMs: selectedMs, ...waits });
    const sent = attempts.filter((attempt) => attempt.selection === selection);
    const first = least(sent.map(({ dispatchedMs }) => dispatchedMs));
    if (first !== null) {
      const endedMs = latest(sent.map((attempt) => attempt.closedMs));
      stages.push({ stage: 'call_model', selection, startedMs: first, endedMs });
    }
  }
  const began = least(toolCalls.map(beganMs));
  if (began !== null) {
    stages.push({ stage: 'call_tools', startedMs: began, endedMs: latest(toolCalls.map((call) => call.finishedMs)) });
  }
  if (closedMs !== null) stages.push({ stage: 'debit_budget', startedMs: closedMs, endedMs: debitedMs });
  return stages;
}

/** When something was first done about a call: it was sent, a person was asked, or it got its result without either. */
function beganMs({ firstDispatchedMs, finishedMs, askedMs }: CallTimes): number | null {
  return least([firstDispatchedMs, ...askedMs]) ?? finishedMs;
}

function least(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** The last of them. Null while one of them is missing. */
function latest(times: readonly (number | null)[]): number | null {
  return times.includes(null) ? null : Math.max(...times.map(Number));
}
