import { createHash } from 'node:crypto';
import type { NewToolCall } from '../../db/queries/tool-call.ts';
import { countTokens } from '../../domain/tokens.ts';
import { type CutAnswer, refusalOf, storableCall } from '../../domain/tool-verdict.ts';
import type { ModelAnswer } from '../../models/model-call.ts';
import type { SessionCatalog } from '../call-tools/session-tools.ts';
import type { ArgumentValidators } from './argument-validators.ts';

/** The tool calls of an answer as they are stored, each with its verdict. A refused call has its result at once. */
export function judgeToolCalls(
  at: { sessionId: string; turn: number },
  calls: ModelAnswer['toolCalls'],
  catalog: SessionCatalog,
  validators: ArgumentValidators,
  cut?: CutAnswer,
): NewToolCall[] {
  return calls.map(storableCall).map((call, callIndex) => {
    const tool = catalog.byName.get(call.name);
    const refusal = refusalOf(call, catalog, validators.of, cut);
    return {
      id: toolCallId(at.sessionId, at.turn, callIndex),
      turn: at.turn,
      callIndex,
      toolName: call.name,
      serverId: tool?.serverId ?? 'none',
      serverTool: tool?.serverTool ?? call.name,
      effect: tool?.effect ?? 'read',
      idempotent: tool?.idempotent ?? false,
      bundled: tool?.bundled ?? false,
      args: call.args ?? {},
      verdict: refusal === undefined ? 'allow' : 'deny',
      reasonCode: refusal?.reasonCode ?? null,
      refusal: refusal && { output: refusal.output, tokens: countTokens(refusal.output) },
    };
  });
}

/** The id depends only on the place of the call, so an answer that is stored again gives its calls the same ids. */
export function toolCallId(sessionId: string, turn: number, callIndex: number): string {
  const digest = createHash('sha256').update(`${sessionId}/${turn}/${callIndex}`).digest('hex');
  return `call_${digest.slice(0, 26)}`;
}
