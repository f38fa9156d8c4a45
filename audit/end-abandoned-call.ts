import type { Tx } from '../db/database.ts';
import { type DirectCallEnd, type DirectToolCall, finishDirectCall } from '../db/queries/direct-tool-call.ts';
import { isRepeatable } from '../domain/tool-effect.ts';
import { auditDirectOutcome } from './direct-call-entries.ts';

/**
 * Gives a direct call whose process has died an outcome, in the transaction that has locked its row. It is not known whether
 * the tool took effect, and the call is not sent again (I5).
 */
export async function endAbandonedCall(tx: Tx, call: DirectToolCall): Promise<DirectToolCall> {
  const isHarmless = isRepeatable(call);
  const output = isHarmless
    ? 'The process that called the tool ended before the result came.'
    : 'It is not known whether the tool took effect. The process that called it ended before the result came.';
  const end: DirectCallEnd = {
    state: isHarmless ? 'failed' : 'unknown',
    reasonCode: 'tool.not_finished',
    output,
    isError: true,
    items: 0,
    bytes: Buffer.byteLength(output),
    truncated: false,
    latencyMs: 0,
  };
  if (!(await finishDirectCall(tx, call, end, undefined))) throw new Error('A locked direct call has changed.');
  auditDirectOutcome(tx, call, end, { isLate: false });
  return { ...call, end };
}
