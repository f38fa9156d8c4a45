import type { ToolCallRow } from '../../db/queries/tool-call.ts';
import { type NextOfAction, unknownEffect } from '../../domain/required-action.ts';
import { isRepeatable } from '../../domain/tool-effect.ts';
import { ToolCallError, type ToolResult } from '../../mcp/calls/tool-call.ts';
import type { ToolCallOutcome } from './finish-tool-call.ts';

export function outcomeOfResult(result: ToolResult): ToolCallOutcome {
  return { state: result.isError ? 'failed' : 'succeeded', ...result };
}

/**
 * Turns a crash, hang or refusal of a server into a result that the model can read. If the call may have had an effect, and
 * it is not known to be safe to repeat it, its state is `unknown` and it is never run again (I5). The same is true of a call
 * that was lost before and that a person has had made again: that this attempt had no effect says nothing of the first one.
 * @param call.attempts how often it was dispatched, with this attempt
 * @throws every error that is not a ToolCallError, because an error of ours is not the result of a tool
 */
export function outcomeOfFailure(
  error: unknown,
  call: Pick<ToolCallRow, 'toolName' | 'effect' | 'idempotent' | 'attempts'>,
): ToolCallOutcome {
  if (!(error instanceof ToolCallError)) throw error;
  const known = (error.noEffect && call.attempts <= 1) || isRepeatable(call);
  return known
    ? failure(error.type, `The tool ${call.toolName} failed: ${error.message}`)
    : unknownOutcome(call, error.message);
}

/** The result of a call that was dispatched and may have had its effect. @param happened a sentence that the model reads */
export function unknownOutcome(call: Pick<ToolCallRow, 'toolName'>, happened: string): ToolCallOutcome {
  return { ...failure('tool.outcome_unknown', unknownEffect(call.toolName, happened)), state: 'unknown', happened };
}

/** The result of a call that was lost, and that was then refused when a person had it made again. @param refusal why */
export function notMadeAgain(call: Pick<ToolCallRow, 'toolName'>, refusal: ToolCallOutcome): ToolCallOutcome {
  const happened = `its first attempt was lost, and the second one was refused: ${refusal.output}`;
  return { ...failure('tool.outcome_unknown', unknownEffect(call.toolName, happened)), state: 'unknown' };
}

/** The result that a call is given by the decision of a person, or for the lack of one. */
export function outcomeOfNext(next: Extract<NextOfAction, { next: 'refuse' | 'unknown' | 'result' }>): ToolCallOutcome {
  switch (next.next) {
    case 'refuse':
      return { ...failure(next.reasonCode, next.output), state: 'denied', made: false };
    case 'unknown':
      return { ...failure('tool.outcome_unknown', next.output), state: 'unknown' };
    case 'result': {
      const bytes = Buffer.byteLength(next.output);
      return { state: 'succeeded', output: next.output, isError: false, items: 1, bytes, truncated: false };
    }
  }
}

/** The result of a call that failed. @param output says what went wrong; the model reads it */
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
