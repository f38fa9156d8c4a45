import { setImmediate } from 'node:timers/promises';
import type { Tx } from '../../db/database.ts';
import { insertArtifact, type NewArtifact } from '../../db/queries/artifact.ts';
import { appendEvents, newEvent } from '../../db/queries/event.ts';
import { imageRefOf, insertImages } from '../../db/queries/image.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { finishOpenToolCall, finishToolCall, type ToolCallEnd, type ToolCallRow } from '../../db/queries/tool-call.ts';
import { redactSecrets } from '../../domain/guardrails/secrets.ts';
import type { NewImage } from '../../domain/images/image-ref.ts';
import { readBackCall } from '../../domain/reading-back.ts';
import { storableText } from '../../domain/storable-text.ts';
import { countTokens } from '../../domain/tokens.ts';
import type { ToolResult } from '../../mcp/tool-call.ts';
import { wireToolCallId } from '../../processes/tool-call-id.ts';
import { behindLock } from '../session/behind-lock.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { TurnRef } from '../stage-results.ts';
import { auditOutcome } from './call-audit.ts';
import { isReadingBackOffered } from './session-tools.ts';
import { storedCuts } from './stored-cuts.ts';
import { reportFailedCall, reportRefusedCall } from './tool-call-lines.ts';
import { refusalEvent, toolResultEvent } from './tool-result-event.ts';

/** How a call came out, before the result guardrail. */
export type ToolCallOutcome = Omit<ToolCallEnd, 'tokens' | 'cuts' | 'latencyMs' | 'images'> &
  Pick<ToolResult, 'whole' | 'images'> & {
    /** False when the call was never sent. */
    readonly made?: false | undefined;
  };

/** A result that has passed the result guardrail. The artifact is the whole of a result that the model gets truncated. */
interface GuardedResult {
  readonly end: ToolCallEnd;
  readonly made: false | undefined;
  readonly artifact: NewArtifact | undefined;
  readonly images: readonly NewImage[];
  readonly hadSecret: boolean;
}

/** Stores the result of a tool call once, with its event in the same transaction. A call that has a result keeps it. */
export async function storeToolResult(
  deps: Pick<StageDeps, 'db' | 'sessionTools'>,
  ref: TurnRef,
  call: ToolCallRow,
  outcome: ToolCallOutcome,
  latencyMs: number,
): Promise<void> {
  const readable =
    outcome.whole !== undefined &&
    (await deps.db.transaction(ref.tenantId, (tx) => isReadingBackOffered(tx, deps.sessionTools, ref.sessionId)));
  const result = await guarded(call, outcome, latencyMs, readable);
  await deps.db.transaction(ref.tenantId, async (tx) => {
    // A session that ends gives each open call a result, so no call is finished after it.
    const { finished, session } = await behindLock(tx, ref.sessionId, () => ({
      finished: finishToolCall(tx, ref.sessionId, call.id, result.end),
    }));
    if (finished && session !== undefined) appendResult(tx, session, call, result);
  });
}

/**
 * Stores the result in a transaction that holds the lock of the session and has read that the call has no result yet. The
 * writes travel with the COMMIT of that transaction.
 */
export async function storeResultOfOpenCall(
  tx: Tx,
  { sessionTools }: Pick<StageDeps, 'sessionTools'>,
  session: SessionRow,
  call: ToolCallRow,
  outcome: ToolCallOutcome,
  latencyMs: number,
): Promise<void> {
  const readable = outcome.whole !== undefined && (await isReadingBackOffered(tx, sessionTools, session.id));
  const result = await guarded(call, outcome, latencyMs, readable);
  finishOpenToolCall(tx, session.id, call.id, result.end);
  appendResult(tx, session, call, result);
}

/** @param readable true when the agent has the tool that reads the rest of a result that is truncated */
async function guarded(
  call: ToolCallRow,
  outcome: ToolCallOutcome,
  latencyMs: number,
  readable: boolean,
): Promise<GuardedResult> {
  const { whole, images = [], made, ...shown } = outcome;
  const { text, findings } = await redactSecrets(storableText(shown.output));
  const kept = whole === undefined ? undefined : await redactSecrets(storableText(whole), setImmediate);
  const output = kept !== undefined && readable ? text + restLine(call.id, text, kept.text) : text;
  const tokens = countTokens(output);
  const cuts = storedCuts(call.id, output, tokens);
  const end: ToolCallEnd = { ...shown, output, tokens, cuts, latencyMs, images: images.map(imageRefOf) };
  const artifact = kept && { id: artifactIdOf(call.id), toolCallId: call.id, content: kept.text };
  return { end, made, artifact, images, hadSecret: findings.length + (kept?.findings.length ?? 0) > 0 };
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

function appendResult(tx: Tx, session: SessionRow, call: ToolCallRow, result: GuardedResult): void {
  const { end, made, artifact, images, hadSecret } = result;
  const { state, reasonCode: cause = 'tool.result_is_error', latencyMs: durationMs } = end;
  if (state === 'denied') reportRefusedCall(tx, session, { ...call, reasonCode: cause });
  else if (state !== 'succeeded') reportFailedCall(tx, session, call, { state, cause, durationMs });
  auditOutcome(tx, session, call, { ...end, made });
  insertImages(tx, session.id, images);
  if (artifact !== undefined) insertArtifact(tx, session.id, artifact);
  appendEvents(tx, session.id, [
    ...(hadSecret
      ? [
          newEvent(`guardrail:result:${call.id}`, 'br.guardrail_intervention', {
            guardrail: 'secrets',
            stage: 'tool_result',
            action: 'redact',
            reasonCode: 'secret_in_tool_result',
            message: `A result of ${call.toolName} held what looks like a secret. It was replaced before anything read it.`,
            turnIndex: call.turn,
          }),
        ]
      : []),
    ...(state === 'denied' ? [refusalEvent(call, end)] : []),
    ...(state !== 'denied' && (end.reasonCode === 'tool.definition_changed' || end.reasonCode === 'tool.quarantined')
      ? [
          newEvent(`guardrail:definition:${call.id}`, 'br.guardrail_intervention', {
            guardrail: 'tool_governance',
            stage: 'tool_args',
            action: 'block',
            reasonCode: end.reasonCode,
            message: `${call.toolName} was not called: its server has changed its definition since it was pinned.`,
            turnIndex: call.turn,
          }),
        ]
      : []),
    toolResultEvent(call, end, artifact?.id),
  ]);
}

/** A call has at most one artifact, whose id is that of the call with another prefix. */
function artifactIdOf(toolCallId: string): string {
  return toolCallId.replace(/^call_/, 'art_');
}
