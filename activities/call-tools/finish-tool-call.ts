import { setImmediate } from 'node:timers/promises';
import type { Database, Tx } from '../../db/database.ts';
import { insertArtifact, type NewArtifact } from '../../db/queries/artifact.ts';
import { appendEvents, newEvent } from '../../db/queries/event.ts';
import { finishOpenToolCall, finishToolCall, type ToolCallEnd, type ToolCallRow } from '../../db/queries/tool-call.ts';
import { redactSecrets } from '../../domain/guardrails/secrets.ts';
import { storableText } from '../../domain/storable-text.ts';
import { countTokens } from '../../domain/tokens.ts';
import type { ToolResult } from '../../mcp/tool-call.ts';
import { behindLock } from '../session/behind-lock.ts';
import type { TurnRef } from '../stage-results.ts';
import { storedCuts } from './stored-cuts.ts';
import { toolResultEvent } from './tool-result-event.ts';

/** How a call came out, before the result guardrail. */
export type ToolCallOutcome = Omit<ToolCallEnd, 'tokens' | 'cuts' | 'latencyMs'> & Pick<ToolResult, 'whole'>;

/** A result that has passed the result guardrail. The artifact is the whole of a result that the model gets truncated. */
interface GuardedResult {
  readonly end: ToolCallEnd;
  readonly artifact: NewArtifact | undefined;
  readonly hadSecret: boolean;
}

/** Stores the result of a tool call once, with its event in the same transaction. A call that has a result keeps it. */
export async function storeToolResult(
  db: Database,
  ref: TurnRef,
  call: ToolCallRow,
  outcome: ToolCallOutcome,
  latencyMs: number,
): Promise<void> {
  const result = await guarded(call, outcome, latencyMs);
  await db.transaction(ref.tenantId, async (tx) => {
    // A session that ends gives each open call a result, so no call is finished after it.
    const { finished } = await behindLock(tx, ref.sessionId, () => ({
      finished: finishToolCall(tx, ref.sessionId, call.id, result.end),
    }));
    if (finished) appendResult(tx, ref.sessionId, call, result);
  });
}

/**
 * Stores the result in a transaction that holds the lock of the session and has read that the call has no result yet. The
 * writes travel with the COMMIT of that transaction.
 */
export async function storeResultOfOpenCall(
  tx: Tx,
  ref: TurnRef,
  call: ToolCallRow,
  outcome: ToolCallOutcome,
  latencyMs: number,
): Promise<void> {
  const result = await guarded(call, outcome, latencyMs);
  finishOpenToolCall(tx, ref.sessionId, call.id, result.end);
  appendResult(tx, ref.sessionId, call, result);
}

async function guarded(call: ToolCallRow, outcome: ToolCallOutcome, latencyMs: number): Promise<GuardedResult> {
  const { whole, ...shown } = outcome;
  const { text, findings } = await redactSecrets(storableText(shown.output));
  const tokens = countTokens(text);
  const end: ToolCallEnd = { ...shown, output: text, tokens, cuts: storedCuts(call.id, text, tokens), latencyMs };
  const kept = whole === undefined ? undefined : await redactSecrets(storableText(whole), setImmediate);
  const artifact = kept && { id: artifactIdOf(call.id), toolCallId: call.id, content: kept.text };
  return { end, artifact, hadSecret: findings.length + (kept?.findings.length ?? 0) > 0 };
}

function appendResult(tx: Tx, sessionId: string, call: ToolCallRow, { end, artifact, hadSecret }: GuardedResult): void {
  if (artifact !== undefined) insertArtifact(tx, sessionId, artifact);
  appendEvents(tx, sessionId, [
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
    ...(end.reasonCode === 'tool.definition_changed'
      ? [
          newEvent(`guardrail:definition:${call.id}`, 'br.guardrail_intervention', {
            guardrail: 'tool_governance',
            stage: 'tool_args',
            action: 'block',
            reasonCode: end.reasonCode,
            message: `${call.toolName} was not called: its server has changed its definition since it was discovered.`,
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
