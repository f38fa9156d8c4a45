import type { TestStack } from './stack.ts';

/** A server as it is registered, and calls of its tools with what their results say. */
export interface UsedServer {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly calls: readonly { readonly tool: string; readonly args: Record<string, unknown>; readonly says: RegExp }[];
}

export interface ServerUse {
  readonly tools: readonly { readonly name: string; readonly repairs: readonly string[] }[];
  readonly withheld: readonly { readonly tool: string; readonly reason: string }[];
  readonly warnings: readonly string[];
  readonly results: readonly {
    readonly preview: string;
    readonly isError: boolean;
    readonly fileIds?: readonly string[];
  }[];
  readonly sessionId: string;
}

/** Registers a server, lists its tools, and makes the calls in one session, one a turn. */
export async function useServer(stack: TestStack, agentId: string, server: UsedServer): Promise<ServerUse> {
  const { name, command, args, env, calls } = server;
  const body = { name, transport: 'stdio', command, args, ...(env === undefined ? {} : { env }) };
  const { id } = await stack.api.call<{ id: string }>('POST', '/v1/mcp/servers', body);
  const policy = { tool_name: `${name}/*`, allowed: true, effect: 'read', idempotent: true };
  await stack.api.call('PUT', '/v1/mcp/governance/policy', policy);
  const discovered = await stack.api.call<{
    server: Pick<ServerUse, 'withheld' | 'warnings'>;
    tools: (ServerUse['tools'][number] & { model_name: string })[];
  }>('POST', `/v1/mcp/servers/${id}/discover`);
  const { tools } = discovered;
  const turns = calls.map((call) => {
    const tool = tools.find((each) => each.name === call.tool);
    if (tool === undefined) throw new Error(`${name} lists no ${call.tool}, but ${tools.map((each) => each.name)}`);
    return [{ toolCalls: [{ name: tool.model_name, args: call.args }] }];
  });
  const script = await stack.script({ turns: [...turns, [{ text: 'Done.' }]] });
  const run = await stack.api.run(agentId, {
    message: 'Use the server.',
    models: script.models,
    tools: [`${name}/*`],
    max_turns: calls.length + 1,
  });
  const ended = await run.ended();
  if (ended.reason !== 'completed') throw new Error(`the session ended as ${JSON.stringify(ended)}`);
  const results = run.ofType('agent.tool_result');
  for (const [index, { says }] of calls.entries()) {
    const preview = results[index]?.preview ?? '';
    if (!says.test(preview)) throw new Error(`${calls[index]?.tool} of ${name} answered ${preview.slice(0, 500)}`);
  }
  const { withheld, warnings } = discovered.server;
  return { tools, withheld, warnings, results, sessionId: run.sessionId };
}
