import { auditDirectDecision, auditDirectDispatch } from '../../audit/direct-call-entries.ts';
import { endAbandonedCall } from '../../audit/end-abandoned-call.ts';
import type { Tx } from '../../db/database.ts';
import {
  type DirectToolCall,
  freeDirectCallKey,
  insertDirectCall,
  lockDirectCallByKey,
  repeatDirectCall,
} from '../../db/queries/direct-tool-call.ts';
import { mcpServerById } from '../../db/queries/mcp-server.ts';
import { takeRate } from '../../db/queries/tool-rate.ts';
import { toolSources } from '../../db/queries/tool-source.ts';
import { createArgumentValidator } from '../../domain/json-schema.ts';
import { isRepeatable } from '../../domain/tool-effect.ts';
import { type CallVerdict, storableCall, type ToolRefusal, verdictOf } from '../../domain/tool-verdict.ts';
import { askLimits } from '../../mcp/ask-limits.ts';
import { bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import type { McpServer } from '../../mcp/tool-call.ts';
import { buildToolCatalog, type CatalogTool } from '../../mcp/tool-catalog.ts';
import { newId } from '../../processes/ids.ts';
import type { ServiceContext } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';
import { connectable } from './connectable.ts';
import { noServer } from './find-server.ts';
import { bundledServerNames } from './mcp-server-resource.ts';

export interface DirectCallRequest {
  readonly serverId: string;
  readonly tool: string;
  readonly args: Record<string, unknown>;
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
  readonly args: Record<string, unknown>;
}

type Opened =
  | SentCall
  /** An earlier request with the same key made the call. */
  | { readonly kind: 'ended'; readonly call: DirectToolCall }
  /** The refusal has been audited, so the transaction must be committed. */
  | { readonly kind: 'refused'; readonly error: ServiceError };

/**
 * The opening transaction of a direct call: finds what an earlier request with the same key has done, otherwise takes the
 * verdict, audits it and stores the call as dispatched. The lease of the key (service/verb/idempotency.ts) is held, so a call
 * of the same key that is still dispatched has lost its process.
 * @throws ServiceError when the tool, or a secret of its server, is not there
 */
export async function openDirectCall(tx: Tx, ctx: ServiceContext, request: DirectCallRequest): Promise<Opened> {
  const { idempotencyKey: key, serverId } = request;
  if (key !== undefined) freeDirectCallKey(tx, key, request.sha256);
  const earlier = key === undefined ? undefined : await lockDirectCallByKey(tx, key);
  if (earlier?.end !== undefined) return { kind: 'ended', call: earlier };
  if (earlier !== undefined && !isRepeatable(earlier))
    return { kind: 'ended', call: await endAbandonedCall(tx, earlier) };

  const { tool, judged, args } = await judge(tx, request);
  const call: DirectToolCall = earlier
    ? { ...earlier, attempt: earlier.attempt + 1 }
    : {
        id: newId('call', ctx.nowMs()),
        keyId: ctx.keyId,
        requestSha256: request.sha256,
        serverId,
        serverName: tool.serverName,
        serverTool: tool.serverTool,
        toolName: tool.name,
        effect: tool.effect,
        idempotent: tool.idempotent,
        attempt: 1,
        createdAt: new Date(ctx.nowMs()),
        end: undefined,
      };
  auditDirectDecision(tx, call, judged, { pin: tool.hash, args, requestId: ctx.requestId });
  if (judged.verdict !== 'allow') return { kind: 'refused', error: errorOfVerdict(judged) };
  const row = await mcpServerById(tx, serverId);
  if (row === undefined) throw noServer({ serverId });
  const server = connectable(ctx, row);
  if (earlier === undefined) insertDirectCall(tx, { ...call, idempotencyKey: key ?? null });
  else repeatDirectCall(tx, call.id);
  auditDirectDispatch(tx, call, call.attempt, tool.hash);
  return { kind: 'send', call, server, pin: tool.hash, args };
}

async function judge(tx: Tx, request: DirectCallRequest) {
  const sources = await toolSources(tx, null);
  const tools = buildToolCatalog({ ...sources, bundled: bundledTools(), globs: null });
  const tool = toolOf(tools, sources.servers, request);
  const byName = new Map(tools.map((each) => [each.name, each]));
  const call = storableCall({ name: tool.name, args: request.args });
  const verdict = verdictOf(call, { byName, tools }, ({ inputSchema }) => createArgumentValidator(inputSchema));
  const [limited] = await askLimits([{ ...tool, verdict }], (wanted) => takeRate(tx, wanted));
  return { tool, judged: limited?.verdict ?? verdict, args: call.args ?? {} };
}

/** @throws ServiceError mcp_server_not_found, tool_not_found, tool_needs_session */
function toolOf(
  tools: readonly CatalogTool[],
  servers: readonly { readonly id: string; readonly name: string; readonly tools: unknown }[],
  { serverId, tool: name }: DirectCallRequest,
): CatalogTool {
  if (bundledServerNames.some((bundled) => bundled === serverId)) {
    throw new ServiceError('tool_needs_session', `The tools of "${serverId}" belong to a session and its agent.`, {
      param: 'server_id',
      recovery: { action: 'Let an agent call it in a run.' },
    });
  }
  const server = servers.find(({ id }) => id === serverId);
  if (server === undefined) throw noServer({ serverId });
  const known = tools.filter((tool) => tool.serverId === serverId);
  const found =
    known.find((tool) => tool.serverTool === name) ??
    known.find((tool) => tool.name === name || tool.qualifiedName === name);
  if (found !== undefined) return found;
  const action =
    server.tools === null
      ? `Ask it for its tools first: POST /v1/mcp/servers/${serverId}/discover.`
      : `GET /v1/mcp/tools?server_id=${serverId} lists them.`;
  throw new ServiceError('tool_not_found', `The server "${server.name}" has no tool "${name}".`, {
    param: 'tool',
    recovery: { action },
  });
}

function errorOfVerdict(judged: Extract<CallVerdict, ToolRefusal>): ServiceError {
  const { reasonCode, output, rule } = judged;
  switch (reasonCode) {
    case 'tool.invalid_arguments':
      return new ServiceError('invalid_tool_arguments', output, { param: 'arguments' });
    case 'tool.quarantined':
      return new ServiceError('tool_definition_changed', output, { param: 'tool' });
    case 'tool.approval_required':
      return new ServiceError('approval_required', `The rule "${rule}" wants a person to approve this call.`, {
        recovery: { action: 'Let an agent call it in a run, or allow the tool by a policy.' },
      });
    default:
      return new ServiceError('tool_not_allowed', `${output} The rule that decides is "${rule}".`, {
        param: reasonCode === 'tool.argument_rule' ? 'arguments' : 'tool',
      });
  }
}
