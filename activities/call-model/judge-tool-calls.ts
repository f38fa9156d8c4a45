import { createHash } from 'node:crypto';
import type { Tx } from '../../db/database.ts';
import type { SessionGrant } from '../../db/queries/required-action.ts';
import type { NewToolCall } from '../../db/queries/tool-call.ts';
import { takeRate } from '../../db/queries/tool-rate.ts';
import { countTokens } from '../../domain/tokens.ts';
import {
  type CalledIn,
  type CallVerdict,
  type CheckArguments,
  type RequestedCall,
  storableCall,
  type ToolRefusal,
  tooManyCalls,
  verdictOf,
  withheldCall,
} from '../../domain/tool-verdict.ts';
import { askLimits } from '../../mcp/calls/ask-limits.ts';
import type { CatalogTool } from '../../mcp/listing/tool-catalog.ts';
import { NO_SERVER } from '../../transitions/tool-call-lines.ts';
import { isGranted } from '../call-tools/asked-calls.ts';
import type { SessionCatalog } from '../call-tools/session-tools.ts';
import { storedCuts } from '../call-tools/stored-cuts.ts';
import type { GuardedCall } from './guard-answer.ts';

/**
 * The most calls of one answer. Of a longer list the last one that is kept is refused on behalf of all that are not: each
 * call and each result takes a place in every later prompt.
 */
export const MOST_CALLS = 128;

/**
 * The tool calls of an answer as they are stored, each with its verdict. A refused call has its result at once.
 * @param grants what a person has allowed for the whole session: such a call does not ask again
 */
export async function judgeToolCalls(
  tx: Tx,
  at: { sessionId: string; turn: number },
  calls: readonly GuardedCall[],
  catalog: SessionCatalog,
  check: CheckArguments<CatalogTool>,
  grants: readonly SessionGrant[],
  calledIn: CalledIn,
): Promise<NewToolCall[]> {
  const seen = new Set<string>();
  const judged: (RequestedCall & {
    readonly tool: CatalogTool | undefined;
    readonly verdict: CallVerdict;
    readonly rateLimit: CatalogTool['rateLimit'] | undefined;
  })[] = [];
  for (const [callIndex, requested] of calls.slice(0, MOST_CALLS).entries()) {
    const call = storableCall(requested);
    const tool = catalog.byName.get(call.name);
    const unmade = callIndex === MOST_CALLS - 1 ? calls.length - callIndex : 0;
    const { withheld } = requested;
    const verdict =
      unmade > 1
        ? tooManyCalls(unmade)
        : withheld !== undefined
          ? withheldCall(withheld)
          : await verdictOf(call, catalog, check, calledIn);
    judged.push({ ...call, tool, verdict, rateLimit: tool?.rateLimit });
  }
  const limited = await askLimits(judged, (wanted) => takeRate(tx, wanted));
  return limited.map(({ name, args, tool, verdict: judgement }, callIndex) => {
    const id = toolCallId(at.sessionId, at.turn, callIndex);
    const refusal = judgement.verdict === 'deny' ? judgement : undefined;
    const asked =
      judgement.verdict === 'ask' &&
      tool !== undefined &&
      !isGranted(grants, { ...tool, pin: tool.hash, rule: judgement.rule })
        ? { rule: judgement.rule, pin: tool.hash }
        : undefined;
    return {
      id,
      turn: at.turn,
      callIndex,
      toolName: name,
      serverId: tool?.serverId ?? NO_SERVER,
      serverTool: tool?.serverTool ?? name,
      effect: tool?.effect ?? 'read',
      idempotent: tool?.idempotent ?? false,
      bundled: tool?.bundled ?? false,
      args: args ?? {},
      verdict: refusal !== undefined ? 'deny' : asked !== undefined ? 'ask' : 'allow',
      rule: judgement.rule,
      reasonCode: refusal?.reasonCode ?? null,
      refusal: refusal && storedRefusal(id, refusal, seen),
      asked,
    };
  });
}

/** A refusal that has the words of an earlier one of the same answer is said in short: all of them are read in one prompt. */
function storedRefusal(id: string, { reasonCode, output }: ToolRefusal, seen: Set<string>): NewToolCall['refusal'] {
  const said = seen.has(output) ? `Refused like a call before it (${reasonCode}).` : output;
  seen.add(output);
  const tokens = countTokens(said);
  return { output: said, tokens, cuts: storedCuts(id, said, tokens) };
}

/** The id depends only on the place of the call, so an answer that is stored again gives its calls the same ids. */
export function toolCallId(sessionId: string, turn: number, callIndex: number): string {
  const digest = createHash('sha256').update(`${sessionId}/${turn}/${callIndex}`).digest('hex');
  return `call_${digest.slice(0, 26)}`;
}
