import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Database } from '../../db/database.ts';
import { type BundledCall, callOfMeta, failureResult } from './call-meta.ts';

/** Gives a tool its scope and its database, and takes errors of ours past McpServer, which would show them to the model. */
export function toolHandler<Args>(
  own: Database,
  run: (args: Args, call: BundledCall) => Promise<CallToolResult>,
): (args: Args, extra: { readonly _meta?: unknown }) => Promise<CallToolResult> {
  return async (args, extra) => {
    try {
      return await run(args, callOfMeta(extra._meta, own));
    } catch (error) {
      return failureResult(error);
    }
  };
}

export function textResult(text: string, structuredContent?: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text }], ...(structuredContent === undefined ? {} : { structuredContent }) };
}

/** A mistake the model can mend: says what to do. */
export function mistake(text: string): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}
