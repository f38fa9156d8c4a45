import { STAND_IN_SIZE } from '../domain/media/media-ref.ts';
import type { ModelTool, TranscriptMessage } from './model-call.ts';
import { mediaOf } from './shown-media.ts';

/**
 * Upper bounds of the UTF-8 bytes that each part of a request takes in its HTTP body, in any of the protocols. An image, a sound or
 * a document counts as the line that may stand in its place or name it; domain/media/ has the bounds of those that are shown. A reservation pays for their sum, and `maxRequestBytes` enforces it (I4). The bounds are stored with the parts, so that
 * no request has to be built to know its size.
 */

/** For the model, the limits and the options of a request. */
export const REQUEST_FRAME_BYTES = 1_024;
const MESSAGE_BYTES = 128;
const CALL_BYTES = 384;
const TOOL_BYTES = 256;

export function systemBytesBound(system: string): number {
  return MESSAGE_BYTES + jsonBytes(system);
}

export function messageBytesBound(message: TranscriptMessage): number {
  return textBytesBound(message) + mediaOf(message).length * STAND_IN_SIZE[1];
}

function textBytesBound(message: TranscriptMessage): number {
  switch (message.role) {
    case 'user':
      return MESSAGE_BYTES + jsonBytes(message.text);
    case 'tool':
      // Google names the tool twice.
      return CALL_BYTES + 2 * jsonBytes(message.toolName) + jsonBytes(message.output);
    case 'assistant': {
      let bytes = MESSAGE_BYTES + jsonBytes(message.text);
      // OpenAI carries arguments as JSON in a JSON string, where every quote is escaped again.
      for (const call of message.toolCalls) {
        bytes += CALL_BYTES + jsonBytes(call.name) + jsonBytes(JSON.stringify(call.args));
      }
      if (message.reasoning !== undefined) bytes += CALL_BYTES + 2 * jsonBytes(message.reasoning.content ?? null);
      return bytes;
    }
  }
}

/** A quarter more than the definition itself: one protocol rewrites schemas into a dialect of its own. */
export function toolBytesBound(tool: ModelTool): number {
  return TOOL_BYTES + Math.ceil(1.25 * jsonBytes(tool));
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
