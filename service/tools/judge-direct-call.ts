import type { Tx } from '../../db/database.ts';
import { takeRate } from '../../db/queries/tool-rate.ts';
import type { Guarding } from '../../domain/guardrails/guard-text.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import type { CatalogTool } from '../../mcp/listing/tool-catalog.ts';
import { ServiceError } from '../verb/service-error.ts';
import { noServer } from './find-server.ts';
import { callRules, type JudgedCall, judgeCall, limitedCall } from './judge-call.ts';
import { isBundledServer } from './mcp-server-resource.ts';

export interface WantedCall {
  readonly serverId: string;
  readonly tool: string;
  readonly args: Record<string, unknown>;
}

/**
 * Takes the verdict on a direct call, and counts it.
 * @param how.ask tells what external providers have said of the arguments, because a transaction must not wait for them
 * @throws ServiceError mcp_server_not_found, tool_not_found, tool_needs_session
 */
export async function judgeDirectCall(
  tx: Tx,
  wanted: WantedCall,
  how: { readonly evaluate: Evaluate; readonly ask: Guarding['ask'] },
): Promise<JudgedCall> {
  const rules = await callRules(tx, null);
  const tool = toolOf(rules.tools, rules.sources.servers, wanted);
  const judged = await judgeCall(rules, tool, wanted.args, how);
  return limitedCall(judged, (rate) => takeRate(tx, rate));
}

function toolOf(
  tools: readonly CatalogTool[],
  servers: readonly { readonly id: string; readonly name: string; readonly tools: unknown }[],
  { serverId, tool: name }: WantedCall,
): CatalogTool {
  if (isBundledServer(serverId)) {
    throw new ServiceError('tool_needs_session', `The tools of "${serverId}" belong to a session and its agent.`, {
      param: 'server_id',
      recovery: { action: 'Let an agent call it in a run.' },
    });
  }
  const server = servers.find(({ id }) => id === serverId);
  if (server === undefined) throw noServer({ serverId });
  const found = directTool(tools, { serverId, tool: name });
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

/** Finds a tool of a server by the name that its server gives it, or by another of its names. */
export function directTool(
  tools: readonly CatalogTool[],
  { serverId, tool: name }: Pick<WantedCall, 'serverId' | 'tool'>,
): CatalogTool | undefined {
  const known = tools.filter((tool) => tool.serverId === serverId);
  return (
    known.find((tool) => tool.serverTool === name) ??
    known.find((tool) => tool.name === name || tool.qualifiedName === name)
  );
}
