import type { ToolCallRow } from '../../db/queries/tool-call.ts';
import { heartbeatTimeoutOf } from '../../domain/call-heartbeats.ts';
import type { PlannedToolCall, SelectionRef, SessionOfStage, TurnRef } from '../stage-results.ts';
import type { CallSlots, SlotCall } from './call-slots.ts';
import type { TurnsAtOnce } from './turns-at-once.ts';

/** The slots and places that the sessions of a process share (docs/adr/0031-fair-shares.md). */
export interface StageShares {
  readonly modelCalls: CallSlots;
  readonly toolCalls: CallSlots;
  readonly turns: TurnsAtOnce;
}

/** A session has one model call at a time. The slots of its tenant are shared between agents. */
export function modelSlotOf(ref: SelectionRef & { readonly queuedMs?: number | undefined }): SlotCall {
  const { sessionId, tenantId, agentId = '', queuedMs } = ref;
  return { key: sessionId, sessionId, tenantId, part: agentId, waitedMs: queuedMs };
}

/**
 * A server that hangs takes up the slots of the agents that call it, and an agent those of the servers that it calls: so both
 * make the part.
 */
export function toolSlotOf(ref: TurnRef, { id, serverId }: Pick<ToolCallRow, 'id' | 'serverId'>): SlotCall {
  const { sessionId, tenantId, agentId = '' } = ref;
  return { key: id, sessionId, tenantId, part: `${agentId}/${serverId}` };
}

/** The heartbeat time-out of the calls of a plan, as that of the last of them. Undefined: the usual one. */
export function toolHeartbeatMs(
  { toolCalls }: Pick<StageShares, 'toolCalls'>,
  { tenantId }: SessionOfStage,
  planned: readonly PlannedToolCall[],
): number | undefined {
  const dialling = planned.filter(({ run }) => run !== 'local').length;
  return dialling === 0 ? undefined : heartbeatTimeoutOf(toolCalls.held(tenantId) + dialling);
}
