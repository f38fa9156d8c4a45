import type { ToolCallRow } from '../../db/queries/tool-call.ts';
import { ToolCallError, type ToolResult } from '../../mcp/tool-call.ts';
import type { ToolCallOutcome } from './finish-tool-call.ts';

export function outcomeOfResult(result: ToolResult): ToolCallOutcome {
  return { state: result.isError ? 'failed' : 'succeeded', ...result };
}

/**
 * A crash, hang or refusal of a server as a result the model can read. Where the effect can't be known and repeating is
 * not known to be safe, the call is `unknown` and is never run again (I5).
 * @throws what is not a ToolCallError: an error of ours is no tool result.
 */
export function outcomeOfFailure(
  error: unknown,
  call: Pick<ToolCallRow, 'toolName' | 'effect' | 'idempotent'>,
): ToolCallOutcome {
  if (!(error instanceof ToolCallError)) throw error;
  const known = error.noEffect || repeatable(call);
  return known
    ? failure(error.type, `The tool ${call.toolName} failed: ${error.message}`)
    : unknownOutcome(call, error.message);
}

/** The result of a call that was dispatched and may have had its effect. @param happened a sentence, for the model */
export function unknownOutcome(call: Pick<ToolCallRow, 'toolName'>, happened: string): ToolCallOutcome {
  const output =
    `It is not known whether ${call.toolName} took effect. It was not run again. ` +
    `Check its effect before you repeat it. What happened: ${happened}`;
  return { ...failure('tool.outcome_unknown', output), state: 'unknown' };
}

/** True when running a call twice does no more than running it once. */
export function repeatable(call: Pick<ToolCallRow, 'effect' | 'idempotent'>): boolean {
  return call.effect === 'read' || call.idempotent;
}

/** A result that says what went wrong, of a call that had no effect. */
export function failure(reasonCode: string, output: string): ToolCallOutcome {
  return {
    state: 'failed',
    reasonCode,
    output,
    isError: true,
    items: 0,
    bytes: Buffer.byteLength(output),
    truncated: false,
  };
}
