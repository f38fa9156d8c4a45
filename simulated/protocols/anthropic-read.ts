import {
  type ConversationItem,
  RefusedRequest,
  resultItems,
  type SimulatedRequest,
  userItems,
} from '../conversation.ts';
import { type AnthropicTurn, anthropicBody, anthropicTurns } from './anthropic-body.ts';
import { checkAnthropic, isMarked } from './anthropic-rules.ts';
import type { WireRequest } from './protocol.ts';
import { parseBody, refuseBadToolNames, refuseOverLimit, refuseSameRoles } from './refusals.ts';
import { anthropicSchemaRules, refuseBadSchemas } from './tool-schemas.ts';

/** Reads a messages request. @throws RefusedRequest */
export function readAnthropicRequest(wire: WireRequest): SimulatedRequest {
  if (wire.header('anthropic-version') === undefined) throw new RefusedRequest('anthropic-version: header is required');
  const body = parseBody(anthropicBody, wire.body);
  const turns = anthropicTurns(body);
  checkAnthropic(body, turns);
  if (wire.template === 'strict') refuseSameRoles(turns.map(({ role }) => role));
  const tools = body.tools ?? [];
  refuseBadToolNames(
    tools.map((tool) => tool.name),
    /^[a-zA-Z0-9_-]{1,128}$/,
    (index) => `tools.${index}.name`,
  );
  refuseBadSchemas(
    tools.map(({ name, input_schema }) => ({ name, schema: input_schema })),
    anthropicSchemaRules,
  );
  refuseOverLimit(
    wire,
    { model: body.model, maxOutputTokens: body.max_tokens, answerCounts: true },
    (limit, input, output) =>
      input > limit
        ? `prompt is too long: ${input} tokens > ${limit} maximum`
        : `input length and \`max_tokens\` exceed context limit: ${input} + ${output} > ${limit}, decrease input length or \`max_tokens\` and try again`,
  );
  const system = typeof body.system === 'string' ? [] : (body.system ?? []);
  const marked = [...system, ...tools, ...turns.flatMap((turn) => turn.blocks)];
  return {
    protocol: 'anthropic-messages',
    model: body.model,
    stream: body.stream ?? false,
    reportsUsage: true,
    maxOutputTokens: body.max_tokens,
    items: turns.flatMap(itemsOf),
    tools:
      body.tool_choice?.type === 'none'
        ? []
        : tools.map((tool) => ({ name: tool.name, inputSchema: tool.input_schema })),
    turn: turns.filter((turn) => turn.role === 'assistant').length,
    bodyBytes: wire.bodyBytes,
    cachesPrompt: marked.some(isMarked),
    wantsReasoning: body.thinking !== undefined && body.thinking.type !== 'disabled',
  };
}

function itemsOf(turn: AnthropicTurn): ConversationItem[] {
  if (turn.role === 'assistant') {
    const texts = turn.blocks.map((each) => (each.type === 'text' ? each.text : ''));
    const calls = turn.blocks.flatMap((each) =>
      each.type === 'tool_use' ? [{ id: each.id, name: each.name, args: each.input }] : [],
    );
    return [{ kind: 'assistant', text: texts.join(''), calls }];
  }
  return turn.blocks.flatMap((each): ConversationItem[] => {
    if (each.type === 'text') return userItems(each.text);
    if (each.type !== 'tool_result') return [];
    const output =
      typeof each.content === 'string'
        ? each.content
        : (each.content ?? []).flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n');
    return resultItems({ callId: each.tool_use_id, output, isError: each.is_error === true });
  });
}
