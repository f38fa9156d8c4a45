import type { Tx } from '../../db/database.ts';
import { appendEvents, type NewEvent } from '../../db/queries/event.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import {
  type RecordedCall,
  recordedCall,
  recordedResultEvents,
  sameCallsBefore,
} from '../../db/queries/session-recording.ts';
import { copyArtifact, copyMediaOfCall } from '../../db/queries/session-replay.ts';
import { finishOpenToolCall, type ToolCallEnd, type ToolCallRow } from '../../db/queries/tool-call.ts';
import { countTokens } from '../../domain/tokens.ts';
import { auditOutcome } from '../../transitions/call-audit.ts';
import { endInTransaction } from '../../transitions/session-transition.ts';
import { reportFailedCall, reportRefusedCall } from '../../transitions/tool-call-lines.ts';
import { blockEvents, toolResultEvent } from '../../transitions/tool-result-event.ts';
import { storedCuts } from '../call-tools/stored-cuts.ts';
import { isOpened } from './recorded-calls.ts';

/**
 * Gives an open call of a replay its recorded result, under the lock of the session. A call without one ends the session, or gets
 * a result that says so.
 * @returns false when the call is to be made
 */
export async function settledFromRecording(tx: Tx, session: SessionRow, call: ToolCallRow): Promise<boolean> {
  const { replay } = session;
  if (replay === null || replay.tools === 'live') return false;
  const before = await sameCallsBefore(tx, session.id, call, call);
  const recorded = await recordedCall(tx, replay.of, call, before);
  if (recorded !== undefined && !isOpened(replay, call, recorded)) {
    await storeRecorded(tx, session, call, recorded);
    return true;
  }
  if (replay.tools === 'recorded_or_read' && call.effect === 'read') return false;
  const why = recorded === undefined ? 'did not make it with these arguments, or not so often' : 'was refused it';
  const message = `No result is recorded for this call of ${call.toolName}: ${replay.of} ${why}.`;
  if (replay.onMissing === 'stop') {
    await endInTransaction(tx, session, 'error', { code: 'replay.no_recording', message });
    return true;
  }
  const tokens = countTokens(message);
  store(tx, session, call, {
    state: 'failed',
    reasonCode: 'replay.no_recording',
    output: message,
    isError: true,
    items: 1,
    bytes: Buffer.byteLength(message),
    truncated: false,
    latencyMs: 0,
    tokens,
    cuts: storedCuts(call.id, message, tokens),
  });
  return true;
}

async function storeRecorded(tx: Tx, session: SessionRow, call: ToolCallRow, recorded: RecordedCall): Promise<void> {
  const { state, output, isError, items, bytes, tokens, cuts } = recorded;
  const end: ToolCallEnd = {
    state,
    reasonCode: recorded.reasonCode ?? undefined,
    output,
    isError,
    items,
    bytes,
    truncated: recorded.truncated ?? false,
    latencyMs: recorded.latencyMs ?? 0,
    tokens,
    cuts,
  };
  const artifactId = call.id.replace(/^call_/, 'art_');
  const events = (await recordedResultEvents(tx, recorded)).map((event) => ofCall(event, call, artifactId));
  // The log of a call goes with the session that made it, and its result stays with the forks.
  store(tx, session, call, end, events.length === 0 ? undefined : events);
  copyMediaOfCall(tx, session.id, recorded.sessionId, call.id, recorded.id);
  copyArtifact(tx, session.id, recorded.sessionId, { recordedId: recorded.id, id: call.id, artifactId });
}

function store(
  tx: Tx,
  session: SessionRow,
  call: ToolCallRow,
  end: ToolCallEnd,
  events: readonly NewEvent[] = [toolResultEvent(call, end)],
): void {
  const { state, reasonCode: cause = 'tool.result_is_error', latencyMs: durationMs } = end;
  finishOpenToolCall(tx, session.id, call.id, end);
  if (state === 'denied') reportRefusedCall(tx, session, { ...call, reasonCode: cause });
  else if (state !== 'succeeded') reportFailedCall(tx, session, call, { state, cause, durationMs });
  auditOutcome(tx, session, call, { ...end, made: false });
  appendEvents(tx, session.id, [...blockEvents(call, end), ...events]);
}

/** A recorded event of a result as the event of another call. */
function ofCall(event: NewEvent, call: ToolCallRow, artifactId: string): NewEvent {
  if (event.type === 'agent.tool_result') {
    const data = { ...event.data, toolUseId: call.id, turnIndex: call.turn };
    const kept = data.artifactId === undefined ? data : { ...data, artifactId };
    return { key: `tool_result:${call.id}`, type: event.type, data: kept };
  }
  if (event.type !== 'br.guardrail_intervention') return event;
  const rule = event.data.guardrail;
  return {
    key: `guardrail:result:${call.id}:${rule}`,
    type: event.type,
    data: { ...event.data, turnIndex: call.turn },
  };
}
