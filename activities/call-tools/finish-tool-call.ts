import type { Tx } from '../../db/database.ts';
import { insertArtifact, type NewArtifact } from '../../db/queries/artifact.ts';
import { appendEvents } from '../../db/queries/event.ts';
import { insertImages } from '../../db/queries/image.ts';
import { insertFiles } from '../../db/queries/result-file.ts';
import { addReceivedBytes, type SessionRow } from '../../db/queries/session.ts';
import {
  finishOpenToolCall,
  finishToolCall,
  keepLateAnswer,
  type ToolCallEnd,
  type ToolCallRow,
} from '../../db/queries/tool-call.ts';
import { limitInTheWay } from '../../db/tenant-room.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import { guardResult } from '../../domain/guardrails/guard-result.ts';
import type { Guarding, Scan } from '../../domain/guardrails/guard-text.ts';
import type { Intervention } from '../../domain/guardrails/intervention.ts';
import type { NewImage } from '../../domain/images/image-ref.ts';
import { readBackCall } from '../../domain/reading-back.ts';
import type { NewFile } from '../../domain/result-file.ts';
import { limitSentence, type ReachedLimit } from '../../domain/tenant-limits.ts';
import { countTokens } from '../../domain/tokens.ts';
import { utf8Beginning } from '../../domain/utf8-beginning.ts';
import type { ToolResult } from '../../mcp/calls/tool-call.ts';
import { wireToolCallId } from '../../processes/tool-call-id.ts';
import { auditLateAnswer, auditOutcome } from '../../transitions/call-audit.ts';
import { observeCall, reportFailedCall, reportRefusedCall } from '../../transitions/tool-call-lines.ts';
import { blockEvents, toolResultEvent } from '../../transitions/tool-result-event.ts';
import { interventionEvents } from '../guardrails/intervention-events.ts';
import { behindLock } from '../session/behind-lock.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { TurnRef } from '../stage-results.ts';
import { isReadingBackOffered } from './session-tools.ts';
import { storedCuts } from './stored-cuts.ts';

/** So much is kept of an answer that comes too late. */
const LATE_BYTES = 2_048;

/** How a call came out, before the result guardrail. */
export type ToolCallOutcome = Omit<ToolCallEnd, 'tokens' | 'cuts' | 'latencyMs' | 'images'> &
  Pick<ToolResult, 'whole' | 'images' | 'files' | 'media'> & {
    /** False when the call was never sent. */
    readonly made?: false | undefined;
    /** A sentence on what happened to a call whose effect is not known. */
    readonly happened?: string | undefined;
  };

/** The facts about a call that are needed, beside its outcome, to guard its result and store it. */
export interface ResultFacts {
  readonly latencyMs: number;
  /** The guardrails of the agent, as they were read when the call was begun. */
  readonly guardrails: GuardrailLayers;
  /** Asks external providers. Absent for bundled tools, whose stage touches nothing but Postgres. */
  readonly ask?: Guarding['ask'];
  readonly scan: Scan;
  /** The decoded bytes that its server sent for the call. Absent: no server was called. */
  readonly receivedBytes?: number | undefined;
}

/** A result that has passed the result guardrail. The artifact is the whole of a result that the model gets truncated. */
interface StoredResult {
  readonly end: ToolCallEnd;
  readonly made: false | undefined;
  readonly artifact: NewArtifact | undefined;
  readonly images: readonly NewImage[];
  readonly files: readonly NewFile[];
  readonly interventions: readonly Intervention[];
}

/**
 * Stores the result of a tool call once, with its event in the same transaction. A call that has a result keeps it. The answer
 * of a dispatch that was given up is kept beside it, and is not applied.
 * @param call.attempts how often it was dispatched when it came out like this
 */
export async function storeToolResult(
  deps: Pick<StageDeps, 'db' | 'sessionTools'>,
  ref: TurnRef,
  call: ToolCallRow,
  outcome: ToolCallOutcome,
  facts: ResultFacts,
): Promise<void> {
  const keeping =
    keptBytes(outcome) === 0
      ? NOTHING
      : await deps.db.transaction(ref.tenantId, (tx) => keepingOf(tx, deps, ref.sessionId, outcome));
  const result = await stored(call, outcome, facts, keeping);
  await deps.db.transaction(ref.tenantId, async (tx) => {
    // A session that ends gives each open call a result, so no call is finished after it.
    const { finished, session } = await behindLock(tx, ref, () => ({
      finished: finishToolCall(tx, ref.sessionId, call.id, call.attempts, result.end),
    }));
    if (session === undefined) return;
    if (finished) {
      appendResult(tx, session, call, result);
      addReceivedBytes(tx, session.id, facts.receivedBytes ?? 0);
    } else if (result.end.state !== 'unknown') keepLate(tx, session, call, result);
  });
}

function keepLate(tx: Tx, session: SessionRow, call: ToolCallRow, { end, made }: StoredResult): void {
  if (made === false) return;
  const preview = utf8Beginning(end.output, LATE_BYTES);
  keepLateAnswer(tx, session.id, call.id, { attempt: call.attempts, state: end.state, preview });
  auditLateAnswer(tx, session, call, end);
}

/**
 * Stores the result in a transaction that holds the lock of the session and has read that the call has no result yet. The
 * writes travel with the COMMIT of that transaction.
 */
export async function storeResultOfOpenCall(
  tx: Tx,
  deps: Pick<StageDeps, 'sessionTools'>,
  session: SessionRow,
  call: ToolCallRow,
  outcome: ToolCallOutcome,
  facts: ResultFacts,
): Promise<void> {
  const result = await stored(call, outcome, facts, await keepingOf(tx, deps, session.id, outcome));
  finishOpenToolCall(tx, session.id, call.id, result.end);
  appendResult(tx, session, call, result);
}

/** The ways in which a result is kept beyond the text that the model gets. */
interface Keeping {
  /** True when the agent has the tool that reads the rest of a result that is truncated. */
  readonly readable: boolean;
  /** The limit for which nothing beyond that text is kept. */
  readonly reached: ReachedLimit | undefined;
}

const NOTHING: Keeping = { readable: false, reached: undefined };

async function keepingOf(
  tx: Tx,
  { sessionTools }: Pick<StageDeps, 'sessionTools'>,
  sessionId: string,
  outcome: ToolCallOutcome,
): Promise<Keeping> {
  const bytes = keptBytes(outcome);
  if (bytes === 0) return NOTHING;
  const [readable, reached] = await Promise.all([
    isReadingBackOffered(tx, sessionTools, sessionId),
    limitInTheWay(tx, { file_bytes: bytes }),
  ]);
  return { readable: readable && outcome.whole !== undefined && reached === undefined, reached };
}

function keptBytes({ whole, images = [], files = [] }: ToolCallOutcome): number {
  const contents = [...images, ...files].reduce((sum, { content }) => sum + content.length, 0);
  return contents + (whole === undefined ? 0 : Buffer.byteLength(whole));
}

async function stored(
  call: ToolCallRow,
  kept: ToolCallOutcome,
  { latencyMs, guardrails, ask, scan }: ResultFacts,
  { readable, reached }: Keeping,
): Promise<StoredResult> {
  const outcome = reached === undefined ? kept : withoutRoom(kept, reached);
  const { whole, images = [], files = [], media, made, ...shown } = outcome;
  const guarded = await guardResult(guardrails, call.toolName, { output: shown.output, whole }, { ask, scan });
  const { interventions } = guarded;
  const rest = guarded.whole !== undefined && readable ? restLine(call.id, guarded.output, guarded.whole) : '';
  const output = guarded.output + rest;
  const tokens = countTokens(output);
  const cuts = storedCuts(call.id, output, tokens);
  if (guarded.withheld) {
    const bytes = Buffer.byteLength(output);
    const end: ToolCallEnd = { ...shown, output, bytes, truncated: false, tokens, cuts, latencyMs };
    return { end, made, artifact: undefined, images: [], files: [], interventions };
  }
  const end: ToolCallEnd = { ...shown, output, tokens, cuts, latencyMs, images: media };
  const artifact =
    guarded.whole === undefined
      ? undefined
      : { id: artifactIdOf(call.id), toolCallId: call.id, content: guarded.whole };
  return { end, made, artifact, images, files, interventions };
}

/** The result of which the tenant has no room to keep more than the text that the model gets. The call was made all the same. */
function withoutRoom(outcome: ToolCallOutcome, reached: ReachedLimit): ToolCallOutcome {
  const { whole, images, files, media, ...shown } = outcome;
  const why = `\n[Only this text of the result is kept. ${limitSentence(reached)} Tell the user about it.]`;
  const most = Buffer.byteLength(shown.output) - (whole === undefined ? 0 : Buffer.byteLength(why) - REST_LINE_BYTES);
  return { ...shown, output: utf8Beginning(shown.output, most) + why };
}

/** Room for the last line of a truncated result. */
export const REST_LINE_BYTES = 80;

/** The last line of a truncated result. It names the call that reads the artifact from where the two begin to differ. */
function restLine(callId: string, output: string, whole: string): string {
  let same = 0;
  while (same < output.length && output.charCodeAt(same) === whole.charCodeAt(same)) same += 1;
  const offset = Buffer.byteLength(output.slice(0, same));
  return `\n[${readBackCall({ call_id: wireToolCallId(callId), offset })} shows the rest]`;
}

function appendResult(tx: Tx, session: SessionRow, call: ToolCallRow, result: StoredResult): void {
  const { end, made, artifact, images, files, interventions } = result;
  const { state, reasonCode: cause = 'tool.result_is_error', latencyMs: durationMs } = end;
  if (state === 'denied') reportRefusedCall(tx, session, { ...call, reasonCode: cause });
  else if (state !== 'succeeded') reportFailedCall(tx, session, call, { state, cause, durationMs });
  else observeCall(tx, call, state, durationMs);
  auditOutcome(tx, session, call, { ...end, made });
  insertImages(tx, session.id, images);
  insertFiles(tx, session.id, files);
  if (artifact !== undefined) insertArtifact(tx, session.id, artifact);
  appendEvents(tx, session.id, [
    ...interventionEvents(`result:${call.id}`, call.turn, 'tool_result', interventions),
    ...blockEvents(call, end),
    toolResultEvent(call, end, { artifactId: artifact?.id, files }),
  ]);
}

/** A call has at most one artifact, whose id is that of the call with another prefix. */
function artifactIdOf(toolCallId: string): string {
  return toolCallId.replace(/^call_/, 'art_');
}
