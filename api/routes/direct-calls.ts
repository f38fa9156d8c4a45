import { askedDirectCallSchema, directCallRequestSchema, directCallSchema } from '../../contract/direct-calls.ts';
import { callTool } from '../../service/tools/call-tool.ts';
import { getDirectCall, readDirectResult } from '../../service/tools/read-direct-call.ts';
import { artifactResponse } from '../artifact-response.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Tools';

export function directCallRoutes(): Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/mcp/tools/call',
      operationId: 'mcp.callTool',
      tag,
      scope: 'run',
      summary: 'Call a tool of an MCP server, under the same policies as a call of a session',
      dialsOut: true,
      body: directCallRequestSchema,
      bodyExamples: {
        search: { server_id: 'mcp_01jc0000000000000000000000', tool: 'search', arguments: { query: 'kites' } },
      },
      responses: {
        200: {
          description:
            'The tool answered. `is_error` says whether it failed. With an Idempotency-Key, a repeat is given the same answer and calls nothing.',
          schema: directCallSchema,
        },
        202: { description: 'A person is asked first.', schema: askedDirectCallSchema },
      },
      errors: [
        'mcp_server_not_found',
        'tool_not_found',
        'tool_needs_session',
        'invalid_tool_arguments',
        'tool_not_allowed',
        'tool_rate_limited',
        'approval_not_found',
        'approval_expired',
        'approval_used',
        'tool_definition_changed',
        'mcp_server_failed',
        'tool_outcome_unknown',
        'tool_timed_out',
      ],
      async handle({ ctx, body, header }) {
        const input = { body: await body(), idempotencyKey: header('idempotency-key') };
        const outcome = await callTool({ ctx, input });
        return outcome.kind === 'asked' ? json(outcome.asked, 202) : json(outcome.call);
      },
    }),
    route({
      method: 'get',
      path: '/v1/mcp/tools/calls/{call_id}',
      operationId: 'mcp.getCall',
      tag,
      scope: 'read',
      summary: 'Read a call that was made with POST /v1/mcp/tools/call',
      responses: { 200: { description: 'The call.', schema: directCallSchema } },
      errors: ['tool_call_not_found'],
      handle: async ({ ctx, params }) => json(await getDirectCall({ ctx, input: { callId: params.call_id } })),
    }),
    route({
      method: 'get',
      path: '/v1/mcp/tools/calls/{call_id}/result',
      operationId: 'mcp.getCallResult',
      tag,
      scope: 'read',
      summary: 'Read the whole result of a call that was made with POST /v1/mcp/tools/call',
      responses: {
        200: {
          description: 'The text without secrets. If it was longer than what is kept, its last line says so.',
          plainText: true,
          headers: { 'Content-Disposition': 'A name for the file.' },
        },
      },
      errors: ['tool_call_not_found'],
      async handle({ ctx, params }) {
        const content = await readDirectResult({ ctx, input: { callId: params.call_id } });
        return artifactResponse({ kind: 'text', id: params.call_id, content, bytes: Buffer.byteLength(content) });
      },
    }),
  ];
}
