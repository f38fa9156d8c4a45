import type { Client } from '@temporalio/client';

export interface HistoryFacts {
  readonly events: number;
  /** The size as Temporal counts it. */
  readonly bytes: number;
  /** Every text and payload of the history, decoded. */
  readonly texts: readonly string[];
}

/** Reads the history of a session's workflow. */
export async function readHistory(temporal: Client, sessionId: string): Promise<HistoryFacts> {
  const handle = temporal.workflow.getHandle(sessionId);
  const [description, history] = await Promise.all([handle.describe(), handle.fetchHistory()]);
  const texts: string[] = [];
  collect(history, texts);
  return { events: description.historyLength, bytes: description.historySize ?? 0, texts };
}

function collect(value: unknown, into: string[]): void {
  if (typeof value === 'string') into.push(value);
  else if (value instanceof Uint8Array) into.push(Buffer.from(value).toString('utf8'));
  else if (Array.isArray(value)) for (const each of value) collect(each, into);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      into.push(key);
      collect(each, into);
    }
  }
}

/** The number of signals in the history of the workflow's latest run. */
export async function signalsIn(temporal: Client, sessionId: string): Promise<number> {
  const { events } = await temporal.workflow.getHandle(sessionId).fetchHistory();
  return (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes != null).length;
}

const SCHEDULE_TO_START = 2;

/** The number of workflow tasks that timed out before a worker took them. */
export async function tasksNobodyTook(temporal: Client, sessionId: string): Promise<number> {
  const { events } = await temporal.workflow.getHandle(sessionId).fetchHistory();
  const timeouts = (events ?? []).map((event) => event.workflowTaskTimedOutEventAttributes?.timeoutType);
  return timeouts.filter((type) => type === SCHEDULE_TO_START).length;
}

/** When the activity under way in a session's workflow last sent a heartbeat, in ms since 1970; 0 if it never did. */
export async function lastHeartbeatMs(temporal: Client, sessionId: string): Promise<number> {
  const { raw } = await temporal.workflow.getHandle(sessionId).describe();
  const at = raw.pendingActivities?.[0]?.lastHeartbeatTime;
  return Number(at?.seconds ?? 0) * 1_000 + (at?.nanos ?? 0) / 1e6;
}

/** The heartbeat time-out of the activity that a session's workflow scheduled last, in ms. */
export async function heartbeatTimeoutMs(temporal: Client, sessionId: string): Promise<number> {
  const { events } = await temporal.workflow.getHandle(sessionId).fetchHistory();
  const scheduled = (events ?? []).findLast((event) => event.activityTaskScheduledEventAttributes != null);
  const timeout = scheduled?.activityTaskScheduledEventAttributes?.heartbeatTimeout;
  return Number(timeout?.seconds ?? 0) * 1_000 + (timeout?.nanos ?? 0) / 1e6;
}
