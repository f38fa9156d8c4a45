import { utf8Beginning } from '../domain/utf8-beginning.ts';
import { spanAttributes as names, spanEvents, spanNames } from './span-names.ts';
import type { TraceFact } from './trace-fact.ts';
import {
  idsOfAttempt,
  idsOfCall,
  idsOfRequest,
  idsOfRun,
  idsOfRunBefore,
  idsOfTraceparent,
  type SpanIds,
  type TracedRun,
} from './trace-ids.ts';
import type { TracedAttempt, TracedCall, TracedTurn } from './traced-turn.ts';

/** A span as it is sent. Times are milliseconds since 1970. */
export interface Span extends SpanIds {
  readonly name: string;
  readonly kind: 'server' | 'client' | 'internal';
  readonly parent?: SpanIds | undefined;
  readonly links?: readonly SpanIds[] | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly events?: readonly { readonly name: string; readonly atMs: number }[] | undefined;
  readonly failed: boolean;
}

/** A request that the API answered. */
export interface AnsweredRequest {
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly sessionId: string | undefined;
  /** The span that the caller says it is in. */
  readonly traceparent: string | undefined;
}

/** The most UTF-8 bytes of one text in an attribute. Collectors refuse or cut what is much longer. */
const CONTENT_BYTES = 8_192;

/** Callers are tenants. So a request is linked to the span of its caller, who chooses neither our ids nor what is sampled. */
export function spanOfRequest(request: AnsweredRequest): Span {
  const { requestId, method, route, status, startMs, endMs } = request;
  const caller = idsOfTraceparent(request.traceparent);
  return {
    ...idsOfRequest(requestId),
    name: spanNames.request(method, route),
    kind: 'server',
    links: caller === undefined ? [] : [caller],
    startMs,
    endMs,
    attributes: {
      [names.method]: method,
      [names.route]: route,
      [names.status]: status,
      [names.requestId]: requestId,
      [names.conversation]: request.sessionId,
      [names.errorType]: status >= 500 ? String(status) : undefined,
    },
    failed: status >= 500,
  };
}

/** The spans of a fact, from what the rows say about it. */
export function spansOf(fact: TraceFact, turn: TracedTurn): Span[] {
  const { run } = fact;
  const { messages = [], answer = null } = turn.content ?? {};
  const first = turn.attempts.find(({ selection }) => selection >= 0);
  return [
    ...turn.attempts.map((attempt) =>
      spanOfAttempt(run, attempt, {
        input: attempt === first ? messages : [],
        output: attempt.answered && answer !== null ? [answer] : [],
      }),
    ),
    ...turn.calls.map((call) => spanOfCall(run, call, fact.turn)),
    ...(fact.kind === 'run_over' ? [spanOfRun(run, fact.outcome, turn)] : []),
  ];
}

function spanOfRun(run: TracedRun, outcome: string, turn: TracedTurn): Span {
  const { sessionId, agentId, number, sinceMs, requestId, startedBy } = run;
  const failed = outcome === 'error';
  const before = idsOfRunBefore(run);
  const starter = requestId === null && startedBy !== null ? [idsOfRequest(startedBy)] : [];
  return {
    ...idsOfRun(run),
    name: spanNames.run(agentId),
    kind: 'internal',
    parent: requestId === null ? undefined : idsOfRequest(requestId),
    links: [...starter, ...(before === undefined ? [] : [before])],
    startMs: sinceMs,
    endMs: Math.max(turn.overMs, ...turn.attempts.map(({ endMs }) => endMs), ...turn.calls.map(({ endMs }) => endMs)),
    attributes: {
      [names.operation]: 'invoke_agent',
      [names.agentId]: agentId,
      [names.agentName]: agentId,
      [names.conversation]: sessionId,
      [names.run]: number,
      [names.outcome]: outcome,
      [names.errorType]: failed ? outcome : undefined,
    },
    failed,
  };
}

/** @param content the messages that are new with this request, and its answer; nothing where content was not asked for */
function spanOfAttempt(
  run: TracedRun,
  attempt: TracedAttempt,
  content: { readonly input: readonly string[]; readonly output: readonly string[] },
): Span {
  const { turn, selection, model, usage, failedType } = attempt;
  return {
    ...idsOfAttempt(run, attempt),
    name: spanNames.model(model),
    kind: 'client',
    parent: idsOfRun(run),
    startMs: attempt.startMs,
    endMs: attempt.endMs,
    attributes: {
      [names.operation]: 'chat',
      [names.agentId]: run.agentId,
      [names.conversation]: run.sessionId,
      [names.provider]: attempt.provider,
      [names.requestModel]: model,
      [names.inputTokens]: usage?.inputTokens,
      [names.outputTokens]: usage?.outputTokens,
      [names.cacheReadTokens]: usage?.cacheReadTokens,
      [names.costUsd]: attempt.costUsd,
      [names.firstTokenMs]: attempt.firstTokenMs ?? undefined,
      [names.turn]: turn,
      [names.selection]: selection < 0 ? undefined : selection,
      [names.purpose]: selection < 0 ? 'summary' : undefined,
      [names.attempt]: attempt.attempt,
      [names.errorType]: failedType ?? undefined,
      [names.inputMessages]: asMessages('user', content.input),
      [names.outputMessages]: asMessages('assistant', content.output),
    },
    failed: failedType !== null,
  };
}

function spanOfCall(run: TracedRun, call: TracedCall, turn: number): Span {
  const { outcome, reason, content } = call;
  const failed = outcome === 'failed' || outcome === 'unknown';
  return {
    ...idsOfCall(run, call.id),
    name: spanNames.tool(call.tool),
    kind: 'internal',
    parent: idsOfRun(run),
    startMs: call.startMs,
    endMs: call.endMs,
    attributes: {
      [names.operation]: 'execute_tool',
      [names.agentId]: run.agentId,
      [names.conversation]: run.sessionId,
      [names.toolName]: call.tool,
      [names.toolCallId]: call.id,
      [names.mcpServer]: call.serverId,
      [names.turn]: turn,
      [names.outcome]: outcome,
      [names.errorType]: failed ? (reason ?? outcome) : undefined,
      [names.toolArguments]: content && utf8Beginning(JSON.stringify(content.args), CONTENT_BYTES),
      [names.toolResult]:
        content?.result === null ? undefined : content && utf8Beginning(content.result, CONTENT_BYTES),
    },
    events: call.asked.flatMap(({ kind, askedMs, answeredMs }) => [
      { name: spanEvents.asked(kind), atMs: askedMs },
      ...(answeredMs === null ? [] : [{ name: spanEvents.answered(kind), atMs: answeredMs }]),
    ]),
    failed,
  };
}

/** Messages as the conventions write them. Undefined: there are none. */
function asMessages(role: 'user' | 'assistant', texts: readonly string[]): string | undefined {
  if (texts.length === 0) return undefined;
  const cut = texts.map((text) => utf8Beginning(text, Math.floor(CONTENT_BYTES / texts.length)));
  return JSON.stringify(cut.map((content) => ({ role, parts: [{ type: 'text', content }] })));
}
