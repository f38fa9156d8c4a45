import { auditDirectDecision, auditDirectDispatch } from '../../audit/direct-call-entries.ts';
import { endAbandonedCall } from '../../audit/end-abandoned-call.ts';
import type { AskedDirectCall } from '../../contract/direct-calls.ts';
import type { Tx } from '../../db/database.ts';
import {
  type DirectToolCall,
  freeDirectCallKey,
  insertDirectCall,
  lockDirectCallByKey,
  repeatDirectCall,
} from '../../db/queries/direct-tool-call.ts';
import { mcpServerById } from '../../db/queries/mcp-server.ts';
import type { Guarding } from '../../domain/guardrails/guard-text.ts';
import type { ToleratedChange } from '../../domain/mcp-tool.ts';
import { isRepeatable } from '../../domain/tool-effect.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import type { McpServer } from '../../mcp/calls/tool-call.ts';
import { newId } from '../../processes/ids.ts';
import type { ServiceContext } from '../verb/context.ts';
import type { ServiceError } from '../verb/service-error.ts';
import { connectable } from './connectable.ts';
import { askAbout, useApproval } from './direct-approval.ts';
import { errorOfDenial } from './direct-call-resource.ts';
import { noServer } from './find-server.ts';
import type { JudgedCall } from './judge-call.ts';
import { judgeDirectCall } from './judge-direct-call.ts';

export interface DirectCallRequest {
  readonly serverId: string;
  readonly tool: string;
  readonly args: Record<string, unknown>;
  /** The approval on which the call is made, if a person was asked before. */
  readonly approvalId: string | undefined;
  readonly idempotencyKey: string | undefined;
  /** The hash of server, tool and arguments. */
  readonly sha256: string;
}

/** A call whose row says that it is sent. It is sent after the COMMIT. */
export interface SentCall {
  readonly kind: 'send';
  readonly call: DirectToolCall;
  readonly server: McpServer;
  readonly pin: string;
  readonly tolerated: ToleratedChange | undefined;
  readonly args: Record<string, unknown>;
}

type Opened =
  | SentCall
  /** An earlier request with the same key made the call. */
  | { readonly kind: 'ended'; readonly call: DirectToolCall }
  | { readonly kind: 'asked'; readonly asked: AskedDirectCall }
  /** The refusal has been audited, so the transaction must be committed. */
  | { readonly kind: 'refused'; readonly error: ServiceError };

/**
 * The opening transaction of a direct call: finds what an earlier request with the same key has done, otherwise takes the
 * verdict, audits it and stores the call as dispatched. The lease of the key (service/verb/idempotency.ts) is held, so a call
 * of the same key that is still dispatched has lost its process.
 * @throws ServiceError when the tool, an approval, or a secret of the server is not there
 */
export async function openDirectCall(
  tx: Tx,
  ctx: ServiceContext,
  request: DirectCallRequest,
  how: { readonly evaluate: Evaluate; readonly ask: Guarding['ask'] },
): Promise<Opened> {
  const { idempotencyKey: key } = request;
  if (key !== undefined) freeDirectCallKey(tx, key, request.sha256);
  const earlier = key === undefined ? undefined : await lockDirectCallByKey(tx, key);
  if (earlier?.end !== undefined) return { kind: 'ended', call: earlier };
  if (earlier !== undefined && !isRepeatable(earlier))
    return { kind: 'ended', call: await endAbandonedCall(tx, earlier) };

  const decided = await judgeDirectCall(tx, request, how);
  const { judged, tool, args } = decided;
  const asks = judged.verdict === 'ask' && earlier === undefined;
  // An approval that is named is used up even if policy asks no more, so that a repeat of the request makes no second call.
  const usesApproval = judged.verdict !== 'deny' && earlier === undefined;
  const consent =
    usesApproval && request.approvalId !== undefined ? await useApproval(tx, request.approvalId, decided) : undefined;
  if (consent !== undefined && 'asked' in consent) return { kind: 'asked', asked: consent.asked };
  const call = earlier
    ? { ...earlier, attempt: earlier.attempt + 1 }
    : newCall(ctx, consent?.callId ?? newId('call', ctx.nowMs()), request, decided);
  const about = { pin: tool.hash, args, requestId: ctx.requestId, approvalId: consent && request.approvalId };
  auditDirectDecision(tx, call, judged, about);
  if (judged.verdict === 'deny') return { kind: 'refused', error: errorOfDenial(judged) };
  if (asks && consent === undefined) return { kind: 'asked', asked: await askAbout(tx, ctx, call.id, decided) };
  const row = await mcpServerById(tx, request.serverId);
  if (row === undefined) throw noServer(request);
  const server = connectable(ctx, row);
  if (earlier === undefined) insertDirectCall(tx, { ...call, idempotencyKey: key ?? null });
  else repeatDirectCall(tx, call.id);
  auditDirectDispatch(tx, call, call.attempt, tool.hash);
  return { kind: 'send', call, server, pin: tool.hash, tolerated: tool.tolerated, args };
}

function newCall(ctx: ServiceContext, id: string, request: DirectCallRequest, { tool }: JudgedCall): DirectToolCall {
  return {
    id,
    keyId: ctx.keyId,
    requestSha256: request.sha256,
    serverId: request.serverId,
    serverName: tool.serverName,
    serverTool: tool.serverTool,
    toolName: tool.name,
    effect: tool.effect,
    idempotent: tool.idempotent,
    attempt: 1,
    createdAt: new Date(ctx.nowMs()),
    end: undefined,
  };
}
