import type { Tx } from '../../db/database.ts';
import { readGuardrails } from '../../db/queries/guardrail-config.ts';
import { takeRate } from '../../db/queries/tool-rate.ts';
import { toolSources } from '../../db/queries/tool-source.ts';
import { compiledRules } from '../../domain/guardrails/compiled-rules.ts';
import { guardArguments } from '../../domain/guardrails/guard-arguments.ts';
import { type CallVerdict, storableCall, verdictOf, withheldCall } from '../../domain/tool-verdict.ts';
import { createCheckArguments } from '../../evaluation/check-arguments.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import { askLimits } from '../../mcp/calls/ask-limits.ts';
import { buildToolCatalog, type CatalogTool } from '../../mcp/listing/tool-catalog.ts';
import { ServiceError } from '../verb/service-error.ts';
import { noServer } from './find-server.ts';
import { isBundledServer } from './mcp-server-resource.ts';

export interface JudgedDirectCall {
  readonly tool: CatalogTool;
  readonly judged: CallVerdict;
  /** The arguments as the guardrails leave them. */
  readonly args: Record<string, unknown>;
}

interface WantedCall {
  readonly serverId: string;
  readonly tool: string;
  readonly args: Record<string, unknown>;
}

/**
 * Takes the verdict on a direct call with the functions that judge the calls of a session: guardrails of the arguments, policy,
 * schema, argument rules, rate limits. External guardrail providers are not asked about arguments, because this runs in a transaction.
 * @throws ServiceError mcp_server_not_found, tool_not_found, tool_needs_session
 */
export async function judgeDirectCall(tx: Tx, wanted: WantedCall, evaluate: Evaluate): Promise<JudgedDirectCall> {
  const sources = await toolSources(tx, null);
  const guardrails = (await readGuardrails(tx)) ?? { tenant: {} };
  const tools = buildToolCatalog({ ...sources, bundled: bundledTools(), globs: null });
  const tool = toolOf(tools, sources.servers, wanted);
  const byName = new Map(tools.map((each) => [each.name, each]));
  const requested = storableCall({ name: tool.name, args: wanted.args });
  const { rules } = compiledRules(guardrails);
  const guarding = { hook: 'tool_args', tool: tool.name, rules, scan: createScan(evaluate) } as const;
  const { args, blockedBy } = await guardArguments(requested.args ?? {}, guarding);
  const call = { ...requested, args: requested.args && args };
  const verdict =
    blockedBy === undefined
      ? await verdictOf(call, { byName, tools }, createCheckArguments(evaluate))
      : withheldCall(blockedBy.message);
  const [limited] = await askLimits([{ ...tool, verdict }], (rate) => takeRate(tx, rate));
  return { tool, judged: limited?.verdict ?? verdict, args };
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
