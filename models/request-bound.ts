import type { ModelTool, TranscriptMessage } from './model-call.ts';

/**
 * Upper bounds, in UTF-8 bytes, of what parts of a request take in its HTTP body, in any of the protocols: the sum is
 * what a reservation pays for and `maxRequestBytes` enforces (I4). Kept with the parts, so no request is built to size it.
 */

/** Model, limits and options of a request. */
export const REQUEST_FRAME_BYTES = 1_024;
const MESSAGE_BYTES = 128;
const CALL_BYTES = 384;
const TOOL_BYTES = 256;

export function systemBytesBound(system: string): number {
  return MESSAGE_BYTES + jsonBytes(system);
}

export function messageBytesBound(message: TranscriptMessage): number {
  switch (message.role) {
    case 'user':
      return MESSAGE_BYTES + jsonBytes(message.text);
    case 'tool':
      // Google names the tool twice.
      return CALL_BYTES + 2 * jsonBytes(message.toolName) + jsonBytes(message.output);
    case 'assistant': {
      let bytes = MESSAGE_BYTES + jsonBytes(message.text);
      // OpenAI carries arguments as JSON in a JSON string: every quote of theirs is escaped again.
      for (const call of message.toolCalls) {
        bytes += CALL_BYTES + jsonBytes(call.name) + jsonBytes(JSON.stringify(call.args));
      }
      if (message.reasoning !== undefined) bytes += CALL_BYTES + 2 * jsonBytes(message.reasoning.content ?? null);
      return bytes;
    }
  }
}

/** A quarter more than the definition as it is: one protocol rewrites schemas into a dialect of its own. */
export function toolBytesBound(tool: ModelTool): number {
  return TOOL_BYTES + Math.ceil(1.25 * jsonBytes(tool));
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
