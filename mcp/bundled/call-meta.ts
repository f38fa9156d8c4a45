import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { Database } from '../../db/database.ts';
import type { ToolInvocation, ToolScope } from '../tool-call.ts';

const SCOPE_KEY = 'agent-runs/scope';
const TOOL_CALL_ID_KEY = 'agent-runs/tool-call-id';
const DATABASE_KEY = 'agent-runs/database';
const FAILURE_KEY = 'agent-runs/failure';

const callMetaSchema = z.object({
  [SCOPE_KEY]: z.object({ tenantId: z.string(), agentId: z.string(), sessionId: z.string(), turn: z.number() }),
  [TOOL_CALL_ID_KEY]: z.string(),
  // The object itself, as the pair is in one process.
  [DATABASE_KEY]: z.custom<Database>().optional(),
});

export interface BundledCall {
  readonly scope: ToolScope;
  readonly toolCallId: string;
  /** Where it has its transactions. */
  readonly database: Database;
}

/** `_meta` of a request to a bundled server: on whose behalf, the key of the effect, and the transaction it joins, if any. */
export function metaOfCall(call: Pick<ToolInvocation, 'scope' | 'toolCallId' | 'database'>): Record<string, unknown> {
  return { [SCOPE_KEY]: call.scope, [TOOL_CALL_ID_KEY]: call.toolCallId, [DATABASE_KEY]: call.database };
}

/**
 * @param own database of the server
 * @throws ZodError when a request carries no scope: no bundled server acts for nobody (I8).
 */
export function callOfMeta(meta: unknown, own: Database): BundledCall {
  const parsed = callMetaSchema.parse(meta);
  return { scope: parsed[SCOPE_KEY], toolCallId: parsed[TOOL_CALL_ID_KEY], database: parsed[DATABASE_KEY] ?? own };
}

/**
 * The result that stands for an error of ours (Postgres away, a defect). McpServer would make a tool result for the
 * model of whatever a handler throws; the error itself travels along, because the pair is in one process.
 */
export function failureResult(error: unknown): CallToolResult {
  return { content: [], isError: true, _meta: { [FAILURE_KEY]: { error } } };
}

/** The error a failureResult carries. */
export function failureOf(result: CallToolResult): { readonly error: unknown } | undefined {
  const failure = result._meta?.[FAILURE_KEY];
  return typeof failure === 'object' && failure !== null && 'error' in failure ? { error: failure.error } : undefined;
}
