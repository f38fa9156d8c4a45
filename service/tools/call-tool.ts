import { canonicalHash } from '../../audit/canonical-hash.ts';
import { auditDirectOutcome } from '../../audit/direct-call-entries.ts';
import { type AskedDirectCall, type DirectCallResource, directCallRequestSchema } from '../../contract/direct-calls.ts';
import {
  type DirectCallEnd,
  type DirectToolCall,
  directCallById,
  finishDirectCall,
} from '../../db/queries/direct-tool-call.ts';
import { listGuardrailProviders } from '../../db/queries/guardrail-provider.ts';
import { guardResult } from '../../domain/guardrails/guard-result.ts';
import { isRepeatable } from '../../domain/tool-effect.ts';
import { createKnownEvaluations } from '../../evaluation/evaluated-before.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { unasked } from '../../guardrails/asked-providers.ts';
import { ToolCallError, type ToolResult } from '../../mcp/calls/tool-call.ts';
import { KEPT_RESULT_BYTES, RESULT_BYTES } from '../../mcp/results/result-cap.ts';
import { guardrailsOf } from '../guardrails/config.ts';
import { connectedProviders } from '../guardrails/connected-providers.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb } from '../verb/verb.ts';
import { askAboutArguments } from './ask-about-arguments.ts';
import { directCallResource, errorOfEnd } from './direct-call-resource.ts';
import { type DirectCallRequest, openDirectCall, type SentCall } from './open-direct-call.ts';

interface Result {
  readonly end: Omit<DirectCallEnd, 'latencyMs'>;
  readonly whole: string | undefined;
}

/**
 * Calls a tool for the holder of an API key, through the same checks as a call of a session. The row of the call is committed
 * as dispatched before the call is sent. So a repeat with the same Idempotency-Key finds it, returns its outcome, and sends the
 * call again only where that does no harm (I5).
 * @param input.idempotencyKey undefined: every request is a call of its own
 * @throws ServiceError mcp_server_not_found, tool_not_found, tool_needs_session, invalid_tool_arguments, tool_not_allowed,
 * tool_rate_limited, approval_not_found, approval_expired, approval_used, tool_definition_changed, mcp_server_failed, tool_outcome_unknown, tool_timed_out
 */
export const callTool: Verb<
  { readonly body: unknown; readonly idempotencyKey: string | undefined },
  | { readonly kind: 'answered'; readonly call: DirectCallResource }
  | { readonly kind: 'asked'; readonly asked: AskedDirectCall }
> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const request = parseInput(directCallRequestSchema, input.body);
  const { server_id, tool } = request;
  const args = request.arguments;
  const known = createKnownEvaluations(ctx.evaluator.of(ctx.tenantId));
  const wanted: DirectCallRequest = {
    serverId: server_id,
    tool,
    args,
    approvalId: request.approval_id,
    idempotencyKey: input.idempotencyKey,
    sha256: canonicalHash({ server_id, tool, args }),
  };
  const ask = (await askAboutArguments(ctx, wanted)) ?? unasked;
  const opened = await known.before((evaluate) =>
    ctx.db.transaction(ctx.tenantId, (tx) => openDirectCall(tx, ctx, wanted, { evaluate, ask })),
  );
  // The audit of a refusal is committed before it is thrown.
  if (opened.kind === 'refused') throw opened.error;
  if (opened.kind === 'asked') return opened;
  const call = opened.kind === 'ended' ? opened.call : await sent(ctx, opened, request.timeout_ms);
  const error = call.end && errorOfEnd(call.id, call.end);
  if (error !== undefined) throw error;
  return { kind: 'answered', call: directCallResource(call) };
};

/** Sends the call and stores its result. A result that comes after another attempt has begun, or ended, is only audited. */
async function sent(ctx: ServiceContext, opened: SentCall, timeoutMs: number): Promise<DirectToolCall> {
  const { call, server, pin, tolerated, args } = opened;
  const startedMs = ctx.nowMs();
  const result = await ctx.tools
    .call({
      server,
      toolName: call.serverTool,
      pinnedHash: pin,
      tolerated,
      // There is no session to keep them with.
      keepsFiles: false,
      args,
      traceparent: ctx.traceparentOfRequest?.(ctx.requestId),
      timeoutMs,
      maxResultBytes: RESULT_BYTES,
      maxWholeBytes: KEPT_RESULT_BYTES,
      signal: new AbortController().signal,
    })
    .then(
      (came) => guarded(ctx, call, came),
      (error: unknown) => resultOfFailure(error, call),
    );
  const end = { ...result.end, latencyMs: ctx.nowMs() - startedMs };
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const isFirst = await finishDirectCall(tx, call, end, result.whole);
    auditDirectOutcome(tx, call, end, { isLate: !isFirst });
    if (isFirst) return { ...call, end };
    const stored = await directCallById(tx, call.id);
    if (stored === undefined) throw new Error('A direct call that was dispatched is gone.');
    return stored;
  });
}

/** Applies the rules for results that hold for all agents of the tenant. A result that is withheld says so. */
async function guarded(ctx: ServiceContext, call: DirectToolCall, result: ToolResult): Promise<Result> {
  const { layers, rows } = await ctx.db.transaction(ctx.tenantId, async (tx) => ({
    layers: await guardrailsOf(tx, undefined),
    rows: await listGuardrailProviders(tx),
  }));
  const { ask } = connectedProviders(ctx, rows);
  const scan = createScan(ctx.evaluator.of(ctx.tenantId));
  const { output, whole, withheld } = await guardResult(layers, call.serverTool, result, { ask, scan });
  const { isError, items } = result;
  const state = isError ? 'failed' : 'succeeded';
  const bytes = withheld ? Buffer.byteLength(output) : result.bytes;
  return {
    end: { state, reasonCode: null, output, isError, items, bytes, truncated: whole !== undefined },
    whole,
  };
}

/** @throws every error that is not a ToolCallError: an error of ours is not the result of a tool */
function resultOfFailure(error: unknown, call: DirectToolCall): Result {
  if (!(error instanceof ToolCallError)) throw error;
  const isKnown = error.noEffect || isRepeatable(call);
  const output = isKnown ? error.message : `It is not known whether the tool took effect. ${error.message}`;
  const bytes = Buffer.byteLength(output);
  const end = { reasonCode: error.type, output, isError: true, items: 0, bytes, truncated: false } as const;
  return { end: { ...end, state: isKnown ? 'failed' : 'unknown' }, whole: undefined };
}
