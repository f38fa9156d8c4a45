import type { CallToolResult } from '@modelcontextprotocol/client';
import { type ReadBackArgs, readBackCall } from '../../domain/reading-back.ts';
import type { TurnToRead } from '../../domain/turn-text.ts';
import { wireToolCallId } from '../../processes/tool-call-id.ts';
import { textResult } from './bundled-tool.ts';

/** The usual page fits the prompt of a model that reads 8,000 tokens. The largest is shorter than a result that is cut. */
export const PAGE_BYTES = 8_192;
export const MIN_PAGE_BYTES = 256;
export const MAX_PAGE_BYTES = 32_768;

/** A page. In front of it stands what it shows, and behind it the call that reads on. */
export function pageOf(where: string, text: string, next: ReadBackArgs | undefined): CallToolResult {
  const end = next === undefined ? '[This is the end.]' : `[To read on: ${readBackCall(next)}]`;
  return textResult(`[${where}]\n${text}\n${end}`);
}

/** A turn with the ids by which the model knows its calls. */
export function withWireIds(turn: TurnToRead): TurnToRead {
  return { ...turn, calls: turn.calls.map((call) => ({ ...call, id: wireToolCallId(call.id) })) };
}
