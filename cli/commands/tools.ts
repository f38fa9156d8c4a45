import type { Command } from 'commander';
import type { McpServer, McpTool } from '../../sdk/typescript/src/index.ts';
import type { Does } from '../call.ts';
import { EXIT } from '../exit-code.ts';
import type { Column } from '../output/table.ts';
import { type ListFlags, printList, withLimit } from './list-options.ts';
import { givenOf, jsonObject } from './option-values.ts';

const COLUMNS: readonly Column<McpTool>[] = [
  { header: 'TOOL', value: ({ server, name }) => `${server}/${name}` },
  { header: 'EFFECT', value: ({ effect }) => effect },
  { header: 'VERDICT', value: ({ verdict }) => verdict },
  { header: 'RULE', value: ({ rule }) => rule },
  { header: 'DESCRIPTION', value: ({ description }) => description },
];

const SERVER_COLUMNS: readonly Column<McpServer>[] = [
  { header: 'ID', value: ({ id }) => id },
  { header: 'NAME', value: ({ name }) => name },
  { header: 'TRANSPORT', value: ({ transport }) => transport },
  { header: 'HEALTH', value: ({ health }) => health.state },
  { header: 'TOOLS', value: ({ tool_count }) => tool_count, right: true },
  { header: 'AT', value: ({ url, command, args }) => url ?? [command ?? '', ...args].join(' ') },
];

interface ToolFlags {
  readonly agent?: string;
  readonly server?: string;
  readonly args?: Record<string, unknown>;
}

export function addTools(program: Command, does: Does): void {
  const tools = program
    .command('tools')
    .description('tools, the servers that have them, and what policy says of a call');
  withLimit(tools.command('list').description('the tools that there are'))
    .option('--server <id>', 'only those of this server')
    .option('--agent <id>', 'with what policy says of calls by this agent')
    .action(
      does(async (call, flags: ListFlags & ToolFlags) => {
        const query = givenOf({ server_id: flags.server, agent_id: flags.agent });
        return printList(call, flags, (limit) => call.client().mcp.listTools({ ...query, limit }), COLUMNS);
      }),
    );
  withLimit(tools.command('servers').description('the servers that are registered')).action(
    does(async (call, flags: ListFlags) =>
      printList(call, flags, (limit) => call.client().mcp.listServers({ limit }), SERVER_COLUMNS),
    ),
  );
  tools
    .command('discover')
    .description('ask a server for its tools')
    .argument('<server>', 'its id')
    .action(
      does(async (call, id: string) => {
        const { server, tools: found } = await call.client().mcp.discoverServer(id);
        for (const line of server.warnings) call.say(line);
        await call.output.many(found, COLUMNS);
        return undefined;
      }),
    );
  addCalls(tools, does);
}

function addCalls(tools: Command, does: Does): void {
  tools
    .command('check')
    .description('what policy says of a call, without making it')
    .argument('<tool>', 'server/tool')
    .option('--agent <id>', 'the agent that would make it')
    .option('--args <json>', 'its arguments', jsonObject('--args'))
    .action(
      does(async (call, tool: string, { agent, args }: ToolFlags) => {
        const body = { tool, ...givenOf({ agent_id: agent, arguments: args }) };
        await call.output.one(await call.client().mcp.checkCall(body));
        return undefined;
      }),
    );
  tools
    .command('call')
    .description('call a tool without an agent')
    .argument('<server>', 'its id')
    .argument('<tool>', 'its name at the server')
    .option('--args <json>', 'its arguments', jsonObject('--args'))
    .action(
      does(async (call, server_id: string, tool: string, { args }: ToolFlags) => {
        const answer = await call.client().mcp.callTool({ server_id, tool, ...givenOf({ arguments: args }) });
        await call.output.one(answer);
        if ('approval_id' in answer) return EXIT.waitsForPerson;
        return answer.is_error === true ? EXIT.error : EXIT.done;
      }),
    );
}
