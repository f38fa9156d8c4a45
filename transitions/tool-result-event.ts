import { type NewEvent, newEvent } from '../db/queries/event.ts';
import type { ToolCallEnd, ToolCallRow } from '../db/queries/tool-call.ts';
import { isImageRef } from '../domain/media/media-ref.ts';
import type { NewFile } from '../domain/result-file.ts';
import { utf8Beginning } from '../domain/utf8-beginning.ts';

const PREVIEW_BYTES = 2_048;

/**
 * `agent.tool_result` of a call. A call has one result, so the event's key is made of the call's id alone.
 * @param result.bytes what the whole result has; `truncated` says that the model was given less of it
 * @param kept.artifactId where the whole of a truncated result is kept
 */
export function toolResultEvent(
  call: Pick<ToolCallRow, 'id' | 'turn' | 'toolName'>,
  result: Pick<ToolCallEnd, 'output' | 'isError' | 'items' | 'bytes' | 'truncated' | 'latencyMs' | 'images'>,
  kept: { readonly artifactId?: string | undefined; readonly files?: readonly NewFile[] } = {},
): NewEvent {
  const { artifactId, files = [] } = kept;
  const imageIds = (result.images ?? []).filter(isImageRef).map(({ id }) => id);
  return newEvent(`tool_result:${call.id}`, 'agent.tool_result', {
    toolName: call.toolName,
    results: result.items,
    latencyMs: result.latencyMs,
    turnIndex: call.turn,
    toolUseId: call.id,
    isError: result.isError,
    preview: utf8Beginning(result.output, PREVIEW_BYTES),
    bytes: result.bytes,
    truncated: result.truncated ? true : undefined,
    artifactId,
    fileIds: files.length > 0 ? files.map(({ id }) => id) : undefined,
    imageIds: imageIds.length > 0 ? imageIds : undefined,
  });
}

/** The intervention that reports why a call is refused. */
export function refusalEvent(
  call: Pick<ToolCallRow, 'id' | 'turn'>,
  { reasonCode = 'tool.refused', output }: Pick<ToolCallEnd, 'reasonCode' | 'output'>,
): NewEvent {
  return blockEvent(`guardrail:args:${call.id}`, call.turn, reasonCode, utf8Beginning(output, PREVIEW_BYTES));
}

/** The intervention that reports why a call was not made, if policy or the definition of its tool is the reason. */
export function blockEvents(
  call: Pick<ToolCallRow, 'id' | 'turn' | 'toolName'>,
  end: Pick<ToolCallEnd, 'state' | 'reasonCode' | 'output'>,
): NewEvent[] {
  const { state, reasonCode } = end;
  if (state === 'denied') return [refusalEvent(call, end)];
  if (reasonCode !== 'tool.definition_changed' && reasonCode !== 'tool.quarantined') return [];
  const message = `${call.toolName} was not called: its server has changed its definition since it was pinned.`;
  return [blockEvent(`guardrail:definition:${call.id}`, call.turn, reasonCode, message)];
}

function blockEvent(key: string, turn: number, reasonCode: string, message: string): NewEvent {
  return newEvent(key, 'br.guardrail_intervention', {
    guardrail: 'tool_governance',
    stage: 'tool_args',
    action: 'block',
    reasonCode,
    message,
    turnIndex: turn,
  });
}
