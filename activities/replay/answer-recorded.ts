import type { Tx } from '../../db/database.ts';
import { appendEvents, type NewEvent } from '../../db/queries/event.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import {
  type RecordedCall,
  recordedAnswer,
  recordedCallsOfTurn,
  recordedEvents,
  recordedInterventions,
  recordedTurn,
} from '../../db/queries/session-recording.ts';
import { copyAttempts, copyFailureOfSelection } from '../../db/queries/session-replay.ts';
import { insertToolCalls } from '../../db/queries/tool-call.ts';
import { storeAnswer } from '../../db/queries/turn.ts';
import type { SessionReplay } from '../../domain/session-replay.ts';
import { auditDecisions } from '../../transitions/call-audit.ts';
import { reportRefusedCall } from '../../transitions/tool-call-lines.ts';
import { toolCallId } from '../call-model/judge-tool-calls.ts';
import { toolUseEvents } from '../call-model/tool-use-events.ts';
import type { CallModelResult, SelectionRef, ToolPlan } from '../stage-results.ts';
import { endAsRecorded } from './end-as-recorded.ts';
import { asRecorded } from './recorded-calls.ts';

/**
 * Answers a selection with what was recorded for it, in one transaction: no request is sent. The calls of the answer get the ids
 * that their places have in this session.
 */
export async function answerRecorded(
  tx: Tx,
  ref: SelectionRef,
  session: SessionRow,
  replay: SessionReplay,
): Promise<CallModelResult> {
  const { turn, selection } = ref;
  const played = await recordedTurn(tx, replay, turn);
  if (played === undefined) return endAsRecorded(tx, session, replay, turn);
  const recorded = await recordedAnswer(tx, played, selection);
  const copied = { sessionId: session.id, turn, selection, recorded: played, fromTurn: replay.fromTurn };
  const { answer = null, answeredBy = null } = recorded ?? {};
  if (recorded?.failedType) {
    copyAttempts(tx, copied);
    copyFailureOfSelection(tx, copied);
    return { kind: 'failed', type: recorded.failedType };
  }
  if (recorded === undefined || answer === null || answeredBy?.selection !== selection) {
    return endAsRecorded(tx, session, replay, turn);
  }
  const recordedCalls = await recordedCallsOfTurn(tx, played);
  const replayed = recordedCalls.map((call) =>
    asRecorded({ id: toolCallId(session.id, turn, call.callIndex), turn, callIndex: call.callIndex }, call),
  );
  const calls = replayed.map(({ call }) => call);
  const events = await recordedInterventions(tx, played, turn, ['output', 'tool_args']);
  const message = await recordedEvents(tx, played.sessionId, [`message:${played.turn}`]);
  const toolCalls = calls.map(({ id, toolName: name, args }) => ({ id, name, args }));
  storeAnswer(tx, session.id, turn, { ...answer, toolCalls }, recorded, answeredBy);
  insertToolCalls(tx, session.id, calls);
  auditDecisions(tx, session, calls, () => undefined);
  for (const call of calls) if (call.refusal !== undefined) reportRefusedCall(tx, session, call);
  appendEvents(tx, session.id, [
    ...events,
    ...message.map((event) => ofTurn(event, turn)),
    ...replayed.flatMap(({ call, server }) => toolUseEvents(call, server)),
  ]);
  copyAttempts(tx, copied);
  return { kind: 'answered', ...planOf(session.id, turn, recordedCalls) };
}

/** The plan for the calls of a turn that is answered already. */
export async function plannedRecorded(
  tx: Tx,
  sessionId: string,
  replay: SessionReplay,
  turn: number,
): Promise<ToolPlan> {
  const played = await recordedTurn(tx, replay, turn);
  return planOf(sessionId, turn, played === undefined ? [] : await recordedCallsOfTurn(tx, played));
}

/** The message of a recorded turn as that of a turn of the replay. */
function ofTurn(event: NewEvent, turn: number): NewEvent {
  if (event.type !== 'agent.message') return event;
  return { key: `message:${turn}`, type: event.type, data: { ...event.data, turnIndex: turn } };
}

/** The calls get their results one after the other, in the order of the recorded results: calls under way at once have no other. */
function planOf(sessionId: string, turn: number, recorded: readonly RecordedCall[]): ToolPlan {
  const calls = recorded
    .filter(({ verdict }) => verdict !== 'deny')
    .sort((a, b) => (a.resultSeq ?? a.callIndex) - (b.resultSeq ?? b.callIndex));
  return { toolCalls: calls.map(({ callIndex }) => ({ id: toolCallId(sessionId, turn, callIndex), run: 'local' })) };
}
