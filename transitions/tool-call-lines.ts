import type { Tx } from '../db/database.ts';
import type { ToolCallRow, UnfinishedCall } from '../db/queries/tool-call.ts';
import { secondsOf } from '../telemetry/seconds.ts';
import { aboutSession, type NamedSession } from './about-session.ts';

type Call = Pick<ToolCallRow, 'id' | 'turn' | 'serverId' | 'serverTool'>;

/** A call of a tool that there is not has this server (activities/call-model/judge-tool-calls.ts). */
export const NO_SERVER = 'none';

export function reportFailedCall(
  tx: Tx,
  session: NamedSession,
  call: Call,
  how: { readonly state: 'failed' | 'unknown'; readonly cause: string; readonly durationMs?: number | undefined },
): void {
  const { state, cause, durationMs } = how;
  tx.report({ event: 'tool_call_failed', ...aboutCall(session, call), state, cause, duration_ms: durationMs });
  observeCall(tx, call, state, durationMs);
}

export function reportRefusedCall(tx: Tx, session: NamedSession, call: Call & Pick<ToolCallRow, 'reasonCode'>): void {
  tx.report({ event: 'tool_call_refused', ...aboutCall(session, call), cause: call.reasonCode ?? 'tool.refused' });
  observeCall(tx, call, 'denied');
}

/** Counts a call that came out. A tool that there is not counts under the name that stands for all of them. */
export function observeCall(
  tx: Tx,
  { serverId, serverTool }: Pick<Call, 'serverId' | 'serverTool'>,
  outcome: 'succeeded' | 'failed' | 'unknown' | 'denied',
  durationMs?: number,
): void {
  const tool = serverId === NO_SERVER ? NO_SERVER : `${serverId}/${serverTool}`;
  tx.observe({ kind: 'tool_call', tool, outcome, seconds: secondsOf(durationMs) });
}

export function reportUnfinishedCalls(tx: Tx, session: NamedSession, calls: readonly UnfinishedCall[]): void {
  for (const call of calls) reportFailedCall(tx, session, call, { state: call.state, cause: 'tool.not_finished' });
}

/** The name of a tool that there is not is the model's word, so it is left out (I10). */
function aboutCall(session: NamedSession, { id, turn, serverId, serverTool }: Call) {
  const known = serverId !== NO_SERVER;
  return {
    ...aboutSession(session),
    turn,
    call_id: id,
    server: known ? serverId : undefined,
    tool: known ? serverTool : undefined,
  };
}
