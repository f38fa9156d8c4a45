import { createHash } from 'node:crypto';

/**
 * A run of a session: from when it begins to run until it waits for a message or ends. It is one trace. Its ids are made of what
 * its row holds, so every process makes the same ones, and none has to be stored or handed on.
 */
export interface TracedRun {
  readonly sessionId: string;
  readonly agentId: string;
  /** Counts the runs of the session from 0. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  /** The request that started the session, or whose message woke it: the run goes on in its trace. Null: in a trace of its own. */
  readonly requestId: string | null;
  /** The request that last started the session. One may retry many sessions, so a run in a trace of its own is only linked to it. */
  readonly startedBy: string | null;
  /** The request of the run before, as `requestId`. */
  readonly beforeRequestId: string | null;
}

export interface SpanIds {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

/** The parts of a session's row that make a run of it. */
export interface SessionOfRun {
  readonly id: string;
  readonly agentId: string;
  readonly requestId: string | null;
  readonly tracedRun: number;
  readonly tracedRunSinceMs: number | null;
  readonly tracedRunRequestId: string | null;
  readonly tracedRunBeforeRequestId: string | null;
}

/** Undefined while the session waits for a message, and after its end. */
export function runOfSession(session: SessionOfRun): TracedRun | undefined {
  const { id: sessionId, agentId, tracedRun: number, tracedRunSinceMs: sinceMs, requestId: startedBy } = session;
  if (sinceMs === null) return undefined;
  const { tracedRunRequestId: requestId, tracedRunBeforeRequestId: beforeRequestId } = session;
  return { sessionId, agentId, number, sinceMs, requestId, startedBy, beforeRequestId };
}

/** The span of a request to the API. What the request starts or wakes goes on in its trace. */
export function idsOfRequest(requestId: string): SpanIds {
  return { traceId: hex(`trace ${requestId}`, 16), spanId: hex(`request ${requestId}`, 8) };
}

/** The span of a run: `invoke_agent`. */
export function idsOfRun({
  sessionId,
  number,
  requestId,
}: Pick<TracedRun, 'sessionId' | 'number' | 'requestId'>): SpanIds {
  const traceId = requestId === null ? hex(`trace ${sessionId} ${number}`, 16) : idsOfRequest(requestId).traceId;
  return { traceId, spanId: hex(`run ${sessionId} ${number}`, 8) };
}

/** The span of the run before. Undefined: this is the first. */
export function idsOfRunBefore({ sessionId, number, beforeRequestId }: TracedRun): SpanIds | undefined {
  return number === 0 ? undefined : idsOfRun({ sessionId, number: number - 1, requestId: beforeRequestId });
}

/** The span of a request to a model. */
export function idsOfAttempt(run: TracedRun, place: { turn: number; selection: number; attempt: number }): SpanIds {
  const { turn, selection, attempt } = place;
  return idsWithin(run, `model ${turn} ${selection} ${attempt}`);
}

/** The span of a tool call. A call that is made again within a run keeps it. */
export function idsOfCall(run: TracedRun, callId: string): SpanIds {
  return idsWithin(run, `tool ${callId}`);
}

function idsWithin(run: TracedRun, place: string): SpanIds {
  return { traceId: idsOfRun(run).traceId, spanId: hex(`${place} ${run.sessionId} ${run.number}`, 8) };
}

/** @param share the share of all traces that are sent, from 0 to 1. All processes decide alike about one trace */
export function isSampled({ traceId }: Pick<SpanIds, 'traceId'>, share: number): boolean {
  return Number.parseInt(traceId.slice(0, 8), 16) < share * 2 ** 32;
}

/** The ids as the W3C writes them: for the header of a request, or for `_meta` of a tool call. */
export function traceparentOf(ids: SpanIds, share: number): string {
  return `00-${ids.traceId}-${ids.spanId}-${isSampled(ids, share) ? '01' : '00'}`;
}

/** Reads the span that a caller says it is in. Undefined: it says nothing, or nothing that is one. */
export function idsOfTraceparent(header: string | undefined): SpanIds | undefined {
  const [, traceId = '', spanId = ''] =
    /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/.exec(header ?? '') ?? [];
  return /[1-9a-f]/.test(traceId) && /[1-9a-f]/.test(spanId) ? { traceId, spanId } : undefined;
}

function hex(text: string, bytes: number): string {
  return createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, bytes * 2);
}
